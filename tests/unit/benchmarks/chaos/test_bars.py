"""Which figures are said to miss a bar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.chaos.bars import list_missed
from benchmarks.chaos.figures import Figures

CALM = Figures(
    name="storage-away",
    lost=0,
    duplicates=0,
    dead_lettered=0,
    raised=4,
    shown=4,
    stored_p99_ms=90_000.0,
    shown_p99_ms=2_999.0,
)


def test_a_calm_campaign_misses_nothing() -> None:
    assert list_missed([CALM, replace(CALM, name="cosmos", shown_p99_ms=60_000.0)]) == []


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        (replace(CALM, lost=2), "storage-away: 2 readings were lost"),
        (replace(CALM, duplicates=1), "storage-away: 1 readings were stored twice"),
        (replace(CALM, shown=3), "storage-away: 4 alerts were raised, 3 were shown"),
        (
            replace(CALM, shown_p99_ms=3_001.0),
            "storage-away: shown with a p99 of 3001.0 ms, allowed are 3000",
        ),
        (
            replace(CALM, shown_p99_ms=None),
            "storage-away: shown with a p99 of None ms, allowed are 3000",
        ),
        (
            replace(CALM, name="webpubsub-hangs", stored_p99_ms=2_001.0),
            "webpubsub-hangs: stored with a p99 of 2001.0 ms, allowed are 2000",
        ),
    ],
)
def test_what_misses_a_bar_is_told(figures: Figures, text: str) -> None:
    assert list_missed([CALM, figures]) == [text]
