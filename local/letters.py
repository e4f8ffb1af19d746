"""``python -m local dead-letters``: what could not be used, why, and once more."""

from __future__ import annotations

import argparse
import base64
import json
import sys
import urllib.parse
from collections.abc import Iterator
from typing import Any

from local.operate import call_api
from local.prepare import PreparationError


def run(options: argparse.Namespace, url: str) -> int:
    """Returns 0, or 1 where a letter was not replayed, or refused again; the others are replayed
    all the same. *url*: the front door's, with its last slash.

    Raises PreparationError when the API does not list or show what it is asked for.
    """
    if options.action == "list":
        for letter in _list(options, url):
            _tell(letter)
        return 0
    if options.action == "show":
        _show(options, url)
        return 0
    return max([_replay(letter_id, url) for letter_id in options.id])


def _list(options: argparse.Namespace, url: str) -> Iterator[dict[str, Any]]:
    """Every page of them."""
    names = ("from", "to", "reason", "device")
    given = {name: vars(options)[name] for name in names}
    query = {name: value for name, value in given.items() if value is not None} | {"max": 200}
    while True:
        path = f"dead-letters?{urllib.parse.urlencode(query)}"
        page = call_api(url, "GET", path, what="dead letters not listed")
        yield from page["deadLetters"]
        if page["cursor"] is None:
            return
        query["cursor"] = page["cursor"]


def _show(options: argparse.Namespace, url: str) -> None:
    what = f"dead letter {options.id} not shown"
    letter = call_api(url, "GET", _name(options.id), what=what)
    if not options.body:
        _tell(letter)
        return
    if not isinstance(letter.get("body"), str):
        raise PreparationError(f"{what}: it is no message, so it has no body")
    sys.stdout.buffer.write(base64.b64decode(letter["body"]))
    sys.stdout.flush()


def _replay(letter_id: str, url: str) -> int:
    """Tells what became of it at once: what comes after it may fail."""
    path = f"{_name(letter_id)}/replay"
    try:
        replay = call_api(url, "POST", path, {}, what=f"dead letter {letter_id} not replayed")
    except PreparationError as error:
        sys.stderr.write(f"failed: {error}\n")
        return 1
    _tell(replay)
    return 1 if replay["outcome"] == "refused" else 0


def _name(letter_id: str) -> str:
    return f"dead-letters/{urllib.parse.quote(letter_id, safe='')}"


def _tell(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
