"""The table of metrics in docs/operations.md is that of the code."""

from __future__ import annotations

import re

from tests.paths import ROOT
from tocsin.domain.insights.metering import INSTRUMENTS

ROW = re.compile(r"\| `(tocsin\.[a-z_.]+)` \| `([^`]+)` \|")


def test_every_instrument_is_documented_with_its_unit() -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert ROW.findall(page) == [(instrument.name, instrument.unit) for instrument in INSTRUMENTS]
