"""Operators' thresholds of single devices, known to every instance within a minute."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from tocsin.adapters.known.refresh import Refresh
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.judging.baseline import Baseline
from tocsin.domain.limits.book import LimitBook

REFRESH_S = 30.0  # with the look-up's own time, what an operator sets is in force within a minute


@dataclass(frozen=True, slots=True)
class _Thresholds:
    """What was set, by device."""

    factors: Mapping[str, float]
    baselines: Mapping[str, Baseline]


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
        self._thresholds = Refresh(
            self._look_up, subject="Device thresholds", every_s=refresh_s, clock_s=clock_s
        )

    async def factors(self) -> Mapping[str, float]:
        return (await self._thresholds.current()).factors

    async def baselines(self) -> Mapping[str, Baseline]:
        return (await self._thresholds.current()).baselines

    async def limits(self) -> LimitBook:
        return await self._read_limits()

    async def _look_up(self) -> _Thresholds:
        every = await self._read_all()
        return _Thresholds(
            {known.device_id: float(known.factor) for known in every if known.factor is not None},
            {known.device_id: known.baseline for known in every if known.baseline is not None},
        )
