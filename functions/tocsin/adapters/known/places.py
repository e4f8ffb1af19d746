"""Where devices stand, from the tags of their twins, read again every few minutes.

A hub answers few queries a minute, and a device seldom moves. While the hub is away what was read
last goes on to count: an incident never waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from tocsin.domain.devices.places import Place
from tocsin.domain.devices.twins import Twin
from tocsin.domain.errors import DeliveryError
from tocsin.domain.insights.log_about import about
from tocsin.usecases.ports.planning import Twins

REFRESH_S = 300.0
RETRY_S = 30.0
WITHIN_S = 2.0

log = logging.getLogger(__name__)


class KnownPlaces:
    """The port Places over the twins."""

    def __init__(
        self, twins: Twins, *, clock_s: Callable[[], float], within_s: float = WITHIN_S
    ) -> None:
        self._twins = twins
        self._clock_s = clock_s
        self._within_s = within_s
        self._places: dict[str, Mapping[str, Place]] = {}
        self._due_s: dict[str, float] = {}

    async def list_buildings(self, site_id: str) -> Mapping[str, str]:
        places = await self.list_places(site_id)
        return {name: place.building for name, place in places.items()}

    async def list_places(self, site_id: str) -> Mapping[str, Place]:
        if self._clock_s() >= self._due_s.get(site_id, 0.0):
            # At once, so that those who ask meanwhile do not ask the hub too.
            self._due_s[site_id] = self._clock_s() + RETRY_S
            await self._look_up(site_id)
        return self._places.get(site_id, {})

    async def _look_up(self, site_id: str) -> None:
        try:
            async with asyncio.timeout(self._within_s):
                twins = await self._twins.list_twins(site_id)
        except (DeliveryError, TimeoutError) as error:
            log.warning(
                "Places of site %.80r not read: %s",
                site_id,
                str(error) or "no answer in time",
                extra=about(site=site_id),
            )
            return
        found = {twin.device_id: _read_place(twin) for twin in twins}
        self._places[site_id] = {name: place for name, place in found.items() if place.building}
        self._due_s[site_id] = self._clock_s() + REFRESH_S


def _read_place(twin: Twin) -> Place:
    building, floor = twin.tags.get("building"), twin.tags.get("floor")
    return Place(
        building if isinstance(building, str) else "", floor if isinstance(floor, str) else ""
    )
