"""The hub of one run: twins, orders on their way, and workcells that obey them or do not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.loop.database import Timeline
from benchmarks.loop.plant import CAPACITY, Workcell
from benchmarks.loop.scenario import START_MS
from tocsin.domain.devices.twins import Twin
from tocsin.domain.errors import DeliveryError
from tocsin.domain.plans.orders import Order

LISTENS_AGAIN_MS = 5_000  # until one that is dead tries to connect again


class Hub:
    """The port Twins over *cells*. ``fails``: the share of calls that it does not answer."""

    def __init__(
        self, site_id: str, cells: Mapping[str, Workcell], timeline: Timeline, *, fails: float
    ) -> None:
        self._site_id = site_id
        self._cells = cells
        self._timeline = timeline
        self._fails = fails
        self._rng = np.random.default_rng(len(cells))
        self._desired: dict[str, Mapping[str, Any]] = {}
        self._reported = {name: cell.report() for name, cell in cells.items()}

    async def list_twins(self, site_id: str) -> list[Twin]:  # noqa: ARG002 (there is one)
        self._answer()
        return [self._read(name) for name in self._cells]

    async def find_twin(self, device_id: str) -> Twin | None:
        return self._read(device_id) if device_id in self._cells else None

    async def send_order(self, device_id: str, order: Order) -> None:
        self._answer()
        self._desired[device_id] = order.to_document()
        delay_ms = round(1_000 * self._cells[device_id].cell.obeys_after_s)
        self._timeline.add(self._timeline.now + delay_ms, partial(self._deliver, device_id))

    async def _deliver(self, device_id: str) -> None:
        """The device hears what it should run by now, unless it is dead: then later."""
        cell, now = self._cells[device_id], self._timeline.now
        at_s = (now - START_MS) / 1_000
        if cell.has("dead", at_s):
            self._timeline.add(now + LISTENS_AGAIN_MS, partial(self._deliver, device_id))
        elif not cell.has("deaf", at_s):
            cell.hear(self._desired[device_id], now)
            self._reported[device_id] = cell.report()

    def _answer(self) -> None:
        if self._rng.random() < self._fails:
            raise DeliveryError("the hub does not answer")

    def _read(self, device_id: str) -> Twin:
        return Twin(
            device_id,
            tags={
                "siteId": self._site_id,
                "capacity": CAPACITY,
                "capabilities": [*self._cells[device_id].cell.capabilities],
            },
            desired=self._desired.get(device_id),
            reported=self._reported[device_id],
        )
