"""A package under the embedded functions host, before a whole local Azure."""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path
from typing import Any

from local.deployment.build import SITE_PACKAGES
from local.endpoints import Endpoints
from local.processes import ROOT
from local.stack import Stack

ANSWER_WITHIN_S = 30


def host_package(folder: Path, endpoints: Endpoints, state: Path) -> dict[str, Any]:
    """What ``GET /api/health`` answers when the app runs from the package in *folder*.

    Its packages come before this environment's, which has the host's own. Raises ProcessFailedError
    when the host does not start, OSError when the app does not answer.
    """
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))
    path = os.pathsep.join([str(folder / SITE_PACKAGES), str(ROOT)])
    env = {**sample["Values"], "PYTHONPATH": path}
    with Stack(endpoints, state, app=folder, env=env, tell=_keep_quiet):
        url = f"http://{endpoints.host}:{endpoints.front}/api/health"
        with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_S) as answer:
            content: dict[str, Any] = json.load(answer)
            return content


def _keep_quiet(_line: str) -> None:
    return
