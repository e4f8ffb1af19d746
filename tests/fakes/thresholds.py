"""Operators' thresholds in memory."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.domain.baseline import Baseline


class FakeThresholds:
    """The port DeviceThresholds over ``by_device`` and ``baseline_by_device``."""

    def __init__(self) -> None:
        self.by_device: dict[str, float] = {}
        self.baseline_by_device: dict[str, Baseline] = {}

    async def factors(self) -> Mapping[str, float]:
        return self.by_device

    async def baselines(self) -> Mapping[str, Baseline]:
        return self.baseline_by_device
