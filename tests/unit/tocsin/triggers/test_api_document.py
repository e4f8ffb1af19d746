"""What the dashboard is generated from is what the code says today."""

from __future__ import annotations

from tests.unit.tocsin.triggers.api_document import PATH, write_text


def test_the_document_that_the_dashboard_is_made_from_is_current() -> None:
    command = "PYTHONPATH=functions:. python -m tests.unit.tocsin.triggers.api_document"
    assert PATH.read_text(encoding="utf-8") == write_text(), f"run {command}"
