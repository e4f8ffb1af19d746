"""``python -m local feedback``: what operators say of a device's alerts."""

from __future__ import annotations

import argparse
import json
import sys
import urllib.parse
from typing import Any

from local.operate import call_api


def run(options: argparse.Namespace, url: str) -> int:
    """Prints the answer as one line of JSON. Returns 0. *url*: the front door's, with its last
    slash.

    Raises PreparationError when the API refuses the call or does not answer.
    """
    device = f"devices/{urllib.parse.quote(options.device, safe='')}"
    answer = _call(options, url, device)
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _call(options: argparse.Namespace, url: str, device: str) -> dict[str, Any]:
    path, what = f"{device}/feedback", f"feedback on device {options.device}: {options.action}"
    if options.action == "show":
        return call_api(url, "GET", path, what=what)
    if options.action == "forget":
        return call_api(url, "DELETE", path, what=what)
    if options.action == "normal":
        return call_api(url, "POST", f"{device}/normal", {"preview": options.preview}, what=what)
    labels = dict.fromkeys(options.normal, "normal") | dict.fromkeys(options.anomaly, "anomaly")
    return call_api(url, "POST", path, {"labels": labels, "preview": options.preview}, what=what)
