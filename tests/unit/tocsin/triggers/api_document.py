"""Writes ``dashboard/api.json``: what the dashboard's types and checks are generated from.

``PYTHONPATH=functions:. python -m tests.unit.tocsin.triggers.api_document`` after a change of a
route, of an ``Output`` or of a live message.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from tests.paths import ROOT
from tocsin.triggers.api.openapi import describe_api
from tocsin.triggers.http import ROUTES
from tocsin.triggers.outputs.live import MESSAGES

PATH = ROOT / "dashboard" / "api.json"
REF = "#/components/schemas/{name}"


def describe() -> dict[str, Any]:
    """The OpenAPI document, with the live messages among its schemas."""
    document = describe_api(ROUTES)
    _, messages = msgspec.json.schema_components(MESSAGES, ref_template=REF)
    document["components"]["schemas"] |= messages
    return document


def write_text() -> str:
    return json.dumps(describe(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(write_text(), encoding="utf-8")
