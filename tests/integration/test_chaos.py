"""The benchmark of faults in its short form: the campaigns with a bar, and a kill of two parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.chaos.bars import list_missed
from benchmarks.chaos.campaigns import CAMPAIGNS
from benchmarks.chaos.conduct import run_campaign

PACE = 0.4


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("storage-away", marks=pytest.mark.measures_time),
        pytest.param("webpubsub-hangs", marks=pytest.mark.measures_time),
        "two-kills",
    ],
)
def test_nothing_is_lost_doubled_or_late(tmp_path: Path, name: str) -> None:
    campaign = next(campaign for campaign in CAMPAIGNS if campaign.name == name)
    figures = run_campaign(campaign, tmp_path, seed=11, devices=12, pace=PACE)
    assert figures.raised > 0, "without an alert the campaign shows little"
    assert list_missed([figures]) == []
