"""Incidents over fakes with a clock, for the tests of what is done with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes.alerts import clear_alert, raise_alert
from tests.fakes.incidents import FakeIncidents, FakePlaces
from tests.fakes.messages import NOW
from tests.fakes.services import Plant
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.incidents.incident import Incident
from tocsin.usecases.incidents.change_incidents import IncidentRoom
from tocsin.usecases.incidents.join_alerts import join_alerts
from tocsin.usecases.incidents.look_around import Lookout
from tocsin.usecases.incidents.tend_incidents import Tended, tend_incidents

MINUTE_MS = 60_000


@dataclass
class IncidentPlant:
    """A plant at whose site ``north`` alerts come and go."""

    plant: Plant = field(default_factory=Plant)

    @property
    def incidents(self) -> FakeIncidents:
        return self.plant.incidents

    @property
    def places(self) -> FakePlaces:
        return self.plant.places

    @property
    def room(self) -> IncidentRoom:
        return self.plant.services().incident_room

    @property
    def lookout(self) -> Lookout:
        return self.plant.services().lookout

    @property
    def now_ms(self) -> int:
        return self.plant.workshop.clock()

    def pass_minutes(self, minutes: float) -> None:
        self.plant.workshop.clock.pass_s(minutes * 60)

    async def join(self, *alerts: Alert) -> list[Incident]:
        return await join_alerts(alerts, room=self.room, lookout=self.lookout)

    async def raise_on(self, *device_ids: str, t: int = NOW) -> None:
        await self.join(*(raise_alert(device_id, t) for device_id in device_ids))

    async def clear_on(self, device_id: str, *, raised_t: int = NOW, t: int = NOW + 1) -> None:
        await self.join(clear_alert(device_id, raised_t, t))

    async def tend(self, minutes: float = 0) -> Tended:
        """Let *minutes* pass, then do what is due."""
        self.pass_minutes(minutes)
        return await tend_incidents(self.room)

    def only(self) -> Incident:
        """The one incident that there is."""
        (incident,) = self.incidents.all()
        return incident

    def story(self) -> list[str]:
        """What happened to the one incident, in order."""
        return [entry.what for entry in self.only().timeline.entries]
