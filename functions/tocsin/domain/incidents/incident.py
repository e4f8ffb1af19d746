"""One incident, whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.incidents.handling import OURSELVES, Handling
from tocsin.domain.incidents.process import Process
from tocsin.domain.incidents.severity import Severity
from tocsin.domain.incidents.suppression import Suppression
from tocsin.domain.incidents.timeline import Timeline, What
from tocsin.domain.tracing.place import Place


@dataclass(frozen=True, slots=True)
class Incident:
    """What people do about alerts of one fault.

    opened_at, announced_at, settled_at: by our clock (ms). It is *announced* once, when it has been
        active for the group wait, or came late, and nothing holds it. It is *settled* when nothing
        can change it any more; until then it is *live*.
    building: where its first device stands; None where the hub does not say.
    trace: where the trace goes on of the alert that opened it, if that is traced; it is shown to
        nobody.
    """

    incident_id: str
    site_id: str
    opened_at: int
    building: str | None
    severity: Severity
    process: Process = field(default_factory=Process)
    handling: Handling = field(default_factory=Handling)
    suppression: Suppression = field(default_factory=Suppression)
    timeline: Timeline = field(default_factory=Timeline)
    announced_at: int | None = None
    settled_at: int | None = None
    trace: Place | None = None

    @property
    def is_live(self) -> bool:
        return self.settled_at is None

    @property
    def takes_alerts(self) -> bool:
        """Whether the next alert of its devices belongs to it."""
        return self.is_live and (not self.handling.is_closed or self.handling.forced)

    def tell(
        self, what: What, at: int, by: str = OURSELVES, text: str = "", **states: str | None
    ) -> Incident:
        """The incident with one more entry in its story."""
        return replace(self, timeline=self.timeline.add(what, at, by, text, **states))


def name_incident(alert: Alert) -> str:
    """The id of the incident that *alert* opens: fit for an address, whatever the device is called,
    and sorted by time."""
    digest = hashlib.blake2b(alert.alert_id.encode("utf-8", "surrogatepass"), digest_size=6)
    return f"{alert.t:013d}-{digest.hexdigest()}"
