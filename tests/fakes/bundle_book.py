"""What is published, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tocsin.domain.models.bundle_card import Card, KindFound, Metrics
from tocsin.domain.models.bundle_verdict import Verdict
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.bundles import BundleOverview, Published

METRICS = Metrics(
    faults=177,
    found=175,
    precision=0.9887,
    recall=0.9887,
    median_delay_s=5.0,
    false_alerts_per_device_day=0.25,
    device_days=8.0,
    kinds={"spike": KindFound(29, 27, 3.0), "drift": KindFound(1, 0, None)},
)
CARD = Card("fake-1", 2_000, 24, "make train PROFILE=rig", "ab" * 32, 0.5, METRICS)
VERDICT = Verdict(
    profile="rig",
    version="fake-2",
    active="fake-1",
    compared_at=datetime(2026, 11, 27, 13, 5, tzinfo=UTC),
    fit=False,
    reasons=("1 of 4 alerts are lost",),
    device_days=6.5,
    target_per_day=0.5,
)
EMPTY = BundleOverview(None, "it has no active bundle", None, None, ())


class FakeBundleBook:
    """The port BundleBook over ``by_profile``."""

    def __init__(self) -> None:
        newer = replace(VERDICT, version="fake-3", fit=True, reasons=())
        versions = (
            Published("fake-3", 4_000, newer),
            Published("fake-2", 3_000, VERDICT),
            Published("fake-1", 2_000),
            Published("fake-0", 1_000),
        )
        self.by_profile: dict[str, BundleOverview] = {
            "rig": BundleOverview(CARD, None, "fake-0", None, versions)
        }

    async def look(self, profile: Profile) -> BundleOverview:
        return self.by_profile.get(profile.name, EMPTY)
