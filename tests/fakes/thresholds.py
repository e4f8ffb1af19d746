"""Operators' thresholds in memory."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.domain.judging.baseline import Baseline
from tocsin.domain.limits.book import LimitBook, SiteLimits


class FakeThresholds:
    """The port DeviceThresholds over ``by_device``, ``baseline_by_device``, ``limits_by_site``."""

    def __init__(self) -> None:
        self.by_device: dict[str, float] = {}
        self.baseline_by_device: dict[str, Baseline] = {}
        self.limits_by_site: dict[str, SiteLimits] = {}

    async def factors(self) -> Mapping[str, float]:
        return self.by_device

    async def baselines(self) -> Mapping[str, Baseline]:
        return self.baseline_by_device

    async def limits(self) -> LimitBook:
        return LimitBook(self.limits_by_site)
