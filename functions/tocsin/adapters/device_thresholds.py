"""Operators' thresholds of single devices, known to every instance within a minute."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from azure.core.exceptions import AzureError

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
        self._refresh_s = refresh_s
        self._clock_s = clock_s
        self._factors: Mapping[str, float] = {}
        self._read_at: float | None = None
        self._first = asyncio.Lock()
        self._refresh: asyncio.Task[None] | None = None

    async def factors(self) -> Mapping[str, float]:
        if self._read_at is None:
            async with self._first:
                if self._read_at is None:
                    await self._read()
        elif self._clock_s() - self._read_at >= self._refresh_s and (
            self._refresh is None or self._refresh.done()
        ):
            self._refresh = asyncio.create_task(self._read_again())
        return self._factors

    async def _read(self) -> None:
        documents = await self._read_all()
        self._factors = dict(found for one in documents if (found := _factor(one)) is not None)
        self._read_at = self._clock_s()

    async def _read_again(self) -> None:
        try:
            await self._read()
        except AzureError as error:
            log.warning("Device thresholds not looked up, going on as before: %s", error)
            self._read_at = self._clock_s()


def _factor(document: Document) -> tuple[str, float] | None:
    """The device and its factor; None, and logged, where the document is not one of ours."""
    device_id, factor = document.get("deviceId"), document.get("factor")
    if isinstance(device_id, str) and isinstance(factor, int | float) and is_allowed(factor):
        return device_id, float(factor)
    log.error("Device threshold %r passed over: factor %r", document.get("id"), factor)
    return None
