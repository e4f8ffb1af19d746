"""``python -m local dead-letters``: what could not be used, why, and once more."""

from __future__ import annotations

import argparse
import json
import sys
import urllib.parse
from collections.abc import Iterator
from typing import Any

from local.operate import call_api


def run(options: argparse.Namespace, url: str) -> int:
    """Returns 0, or 1 where a letter was refused again. *url*: the front door's, with its last
    slash.

    Raises PreparationError when the API refuses the call or does not answer.
    """
    if options.action == "list":
        for letter in _list(options, url):
            _tell(letter)
        return 0
    if options.action == "show":
        _tell(call_api(url, "GET", _name(options.id), what=f"dead letter {options.id} not shown"))
        return 0
    replays = [_replay(letter_id, url) for letter_id in options.id]
    for replay in replays:
        _tell(replay)
    return 1 if any(replay["outcome"] == "refused" for replay in replays) else 0


def _list(options: argparse.Namespace, url: str) -> Iterator[dict[str, Any]]:
    """Every page of them."""
    given = {"from": vars(options)["from"], "to": options.to, "reason": options.reason}
    query = {name: value for name, value in given.items() if value is not None} | {"max": 200}
    while True:
        path = f"dead-letters?{urllib.parse.urlencode(query)}"
        page = call_api(url, "GET", path, what="dead letters not listed")
        yield from page["deadLetters"]
        if page["cursor"] is None:
            return
        query["cursor"] = page["cursor"]


def _replay(letter_id: str, url: str) -> dict[str, Any]:
    path = f"{_name(letter_id)}/replay"
    return call_api(url, "POST", path, {}, what=f"dead letter {letter_id} not replayed")


def _name(letter_id: str) -> str:
    return f"dead-letters/{urllib.parse.quote(letter_id, safe='')}"


def _tell(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
