"""Operators' thresholds in memory."""

from __future__ import annotations

from collections.abc import Mapping


class FakeThresholds:
    """The port DeviceThresholds over ``by_device``."""

    def __init__(self) -> None:
        self.by_device: dict[str, float] = {}

    async def factors(self) -> Mapping[str, float]:
        return self.by_device
