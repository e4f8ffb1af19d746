"""Which incident an alert belongs to: its device's, one with the same cause, or a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.incidents.handling import OURSELVES
from tocsin.domain.incidents.incident import Incident, name_incident
from tocsin.domain.incidents.late import describe_late_alert
from tocsin.domain.incidents.policy import Policy
from tocsin.domain.incidents.process import Process
from tocsin.domain.incidents.severity import raise_to, rate_severity
from tocsin.domain.incidents.sources import TopChannel
from tocsin.domain.incidents.timeline import What
from tocsin.domain.tracing.shown_spans import find_joining

MOST_DEVICES = 250  # in one incident: its document stays far below 2 MB


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a site beside its incidents.

    buildings: by device id, of those of which the hub says it.
    moved_from: by device that was given work lately, the devices that the work came from.
    priorities: by device id, the highest priority of the tasks that it runs.
    """

    buildings: Mapping[str, str] = field(default_factory=dict)
    moved_from: Mapping[str, frozenset[str]] = field(default_factory=dict)
    priorities: Mapping[str, float] = field(default_factory=dict)

    def highest_priority(self, device_ids: Iterable[str]) -> float:
        return max((self.priorities.get(name, 0.0) for name in device_ids), default=0.0)


@dataclass(frozen=True, slots=True)
class Moment:
    """When alerts are joined (ms, our clock), what is around them, and how."""

    around: Surroundings
    policy: Policy
    now_ms: int


def join_alert(
    live: Sequence[Incident], alert: Alert, top: tuple[TopChannel, ...], moment: Moment
) -> Incident | None:
    """The incident that *alert* changes or opens; None where it is no news.

    live: all incidents of the alert's site that are live.
    top: what gave the device away.
    """
    home = find_home(live, alert, moment)
    return _open(alert, top, moment) if home is None else _add(home, alert, top, moment)


def find_home(live: Sequence[Incident], alert: Alert, moment: Moment) -> Incident | None:
    """The incident that *alert* belongs to; None where it opens one."""
    for incident in live:
        if incident.process.holds(alert):
            return incident
    open_ones = [incident for incident in live if incident.takes_alerts]
    for incident in reversed(open_ones):
        if incident.process.find_source(alert.device_id) is not None:
            return incident
    if alert.change != "raised":
        return None
    for incident in open_ones:
        if len(incident.process.sources) < MOST_DEVICES and (
            _share_silence(incident, alert, moment) or _follows_from(incident, alert, moment.around)
        ):
            return incident
    return None


def _share_silence(incident: Incident, alert: Alert, moment: Moment) -> bool:
    """A building whose devices fall silent together has lost one thing, not many."""
    building = moment.around.buildings.get(alert.device_id)
    return (
        alert.cause == "silence"
        and building is not None
        and building == incident.building
        and incident.process.is_active
        and moment.now_ms - incident.process.joined_at <= moment.policy.join_ms
        and all("silence" in source.causes for source in incident.process.sources)
    )


def _follows_from(incident: Incident, alert: Alert, around: Surroundings) -> bool:
    """A device that suffers from work that it was given suffers from the fault the work fled."""
    origins = around.moved_from.get(alert.device_id, frozenset())
    return any(name in origins for name in incident.process.device_ids)


def _open(alert: Alert, top: tuple[TopChannel, ...], moment: Moment) -> Incident:
    around, now_ms = moment.around, moment.now_ms
    process = Process().add(alert, top, now_ms)
    incident = Incident(
        incident_id=name_incident(alert),
        site_id=alert.site_id,
        opened_at=now_ms,
        building=around.buildings.get(alert.device_id),
        severity=rate_severity(process.sources, around.highest_priority(process.device_ids)),
        process=process,
        trace=None if alert.trace is None else find_joining(alert.trace),
    )
    return _tell_late(incident.tell("opened", now_ms, text=alert.device_id), alert, now_ms)


def _add(
    incident: Incident, alert: Alert, top: tuple[TopChannel, ...], moment: Moment
) -> Incident | None:
    source = incident.process.find_source(alert.device_id)
    if source is not None and source.knows(alert):
        return None
    now_ms = moment.now_ms
    process = incident.process.add(alert, top, now_ms)
    after = replace(incident, process=process)
    if source is None:
        after = after.tell("joined", now_ms, text=alert.device_id)
    after = tell_change(after, incident.process.is_active, alert.device_id, now_ms)
    after = _tell_late(after, alert, now_ms)
    priority = moment.around.highest_priority(process.device_ids)
    severity = raise_to(incident.severity, rate_severity(process.sources, priority))
    if severity == incident.severity:
        return after
    return replace(after, severity=severity).tell(
        "severity", now_ms, before=incident.severity, after=severity
    )


def _tell_late(incident: Incident, alert: Alert, now_ms: int) -> Incident:
    """What is told of an alert that was found afterwards, once: with its raising."""
    if alert.late is None or alert.change != "raised":
        return incident
    return incident.tell("explained", now_ms, text=describe_late_alert(alert))


def tell_change(incident: Incident, was_active: bool, device_id: str, now_ms: int) -> Incident:
    """Tell the change between active and clear; a flapping incident's would fill its story."""
    is_active = incident.process.is_active
    if is_active == was_active or incident.suppression.flapping:
        return incident
    what: What = "active again" if is_active else "cleared"
    return incident.tell(what, now_ms, OURSELVES, device_id)
