"""Operators' thresholds of single devices, known to every instance within a minute."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from tocsin.adapters.refresh import Refresh
from tocsin.domain.recalibration import is_allowed
from tocsin.usecases.ports.documents import Document

log = logging.getLogger(__name__)

REFRESH_S = 30.0  # with the look-up's own time, what an operator sets is in force within a minute


class KnownThresholds:
    """The port DeviceThresholds: the few documents there are, read again every *refresh_s*.

    The first look-up is waited for and may fail; later ones run beside the scoring, which goes on
    with what it knows when one fails.
    """

    def __init__(
        self,
        read_all: Callable[[], Awaitable[Sequence[Document]]],
        *,
        refresh_s: float,
        clock_s: Callable[[], float],
    ) -> None:
        self._read_all = read_all
        self._factors: Mapping[str, float] = {}
        self._refresh = Refresh(
            self._look_up, subject="Device thresholds", every_s=refresh_s, clock_s=clock_s
        )

    async def factors(self) -> Mapping[str, float]:
        await self._refresh.keep()
        return self._factors

    async def _look_up(self) -> None:
        documents = await self._read_all()
        self._factors = dict(known for one in documents if (known := _factor(one)) is not None)


def _factor(document: Document) -> tuple[str, float] | None:
    """The device and its factor; None, and logged, where the document is not one of ours."""
    device_id, factor = document.get("deviceId"), document.get("factor")
    if isinstance(device_id, str) and isinstance(factor, int | float) and is_allowed(factor):
        return device_id, float(factor)
    log.error("Device threshold %r passed over: factor %r", document.get("id"), factor)
    return None
