"""Operators' thresholds of single devices, known to every instance within a minute."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from tocsin.adapters.known.refresh import Refresh
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.judging.baseline import Baseline
from tocsin.domain.limits.book import LimitBook

REFRESH_S = 30.0  # with the look-up's own time, what an operator sets is in force within a minute


class KnownThresholds:
    """The port DeviceThresholds: the few there are, read again every *refresh_s*.

    The first look-up is waited for and may fail; later ones run beside the scoring, which goes on
    with what it knows when one fails. *read_limits*: the plain limits, known by themselves.
    """

    def __init__(
        self,
        read_all: Callable[[], Awaitable[Sequence[DeviceThreshold]]],
        read_limits: Callable[[], Awaitable[LimitBook]],
        *,
        clock_s: Callable[[], float],
        refresh_s: float = REFRESH_S,
    ) -> None:
        self._read_all = read_all
        self._read_limits = read_limits
        self._factors: Mapping[str, float] = {}
        self._baselines: Mapping[str, Baseline] = {}
        self._refresh = Refresh(
            self._look_up, subject="Device thresholds", every_s=refresh_s, clock_s=clock_s
        )

    async def factors(self) -> Mapping[str, float]:
        await self._refresh.keep()
        return self._factors

    async def baselines(self) -> Mapping[str, Baseline]:
        await self._refresh.keep()
        return self._baselines

    async def limits(self) -> LimitBook:
        return await self._read_limits()

    async def _look_up(self) -> None:
        thresholds = await self._read_all()
        self._factors = {
            known.device_id: float(known.factor) for known in thresholds if known.factor is not None
        }
        self._baselines = {
            known.device_id: known.baseline for known in thresholds if known.baseline is not None
        }
