"""The latest state of a device, as the database keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from tocsin.domain.behaviour.clock_remarks import remark_on_clock
from tocsin.domain.behaviour.device_clock import Clock, read_clock
from tocsin.domain.behaviour.habits import Habits, read_habits, remark_on_sensors
from tocsin.domain.behaviour.rhythm import Rhythm, read_rhythm
from tocsin.domain.devices.not_scored import NotScored, read_not_scored
from tocsin.domain.devices.standing_document import alert_id, read_standing, write_standing
from tocsin.domain.devices.unlike import remark_on_level
from tocsin.domain.devices.work import UNKNOWN, Work, read_work
from tocsin.domain.hot_records import dataclass
from tocsin.domain.judging.beside import Beside
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.limits.bounds import LimitStates, parse_name
from tocsin.domain.limits.own_range import remark_on_range
from tocsin.domain.messages.bad_values import LastBad
from tocsin.domain.messages.refusal import TimeRefusal, read_refusal
from tocsin.domain.states.rule import State
from tocsin.domain.stored import (
    OPTIONAL_NUMBER,
    OPTIONAL_TEXT,
    take_field,
    take_mapping,
)

ANY_RECORD = "*"
LEAST_SILENT_MS = 30_000.0  # however fast it sends: a hub may be held up, too


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """What is known of a device after its newest message.

    last_t, last_seq: event time (ms) of its newest reading, and number of that message.
    latest: the newest reading's value by channel, None where missing.
    score, threshold, anomalous: of the newest reading; None where nothing scored it.
    sensors: ``missing`` or ``stuck`` by channel, for the sensors that are out.
    standing: what the next decision starts from, the open alert among it.
    enqueued_at: when the hub took the last message, whatever its event times were (ms).
    clock, rhythm: what its messages show of its clock, and how often it sends.
    not_scored: why the newest reading has no score; None where it has one.
    refused: the last message whose event times could not be true; None once others came.
    bad_values: by channel the newest cell that held no value.
    etag: the database's mark of the record that this one takes the place of; None where there was
        none, ANY_RECORD whatever is there.
    work: what it measured of its own work lately.
    habits: in which steps its sensors go, and how long they rest.
    """

    device_id: str
    site_id: str
    profile: str
    last_t: int
    last_seq: int
    latest: Mapping[str, float | None]
    score: float | None
    threshold: float | None
    anomalous: bool
    sensors: Mapping[str, str]
    standing: Standing
    model_version: str | None
    enqueued_at: int
    clock: Clock = field(default_factory=Clock)
    rhythm: Rhythm = field(default_factory=Rhythm)
    not_scored: NotScored | None = None
    refused: TimeRefusal | None = None
    bad_values: Mapping[str, LastBad] = field(default_factory=dict)
    etag: str | None = field(default=None, compare=False)
    work: Work = UNKNOWN
    habits: Habits | None = field(default=None, compare=False)

    @property
    def alert_since(self) -> int | None:
        """Event time (ms) at which the open alert was raised; None while none is open."""
        return self.standing.alert.open_since

    def open_alerts(self) -> dict[str, tuple[int, str | None]]:
        """By id the alerts that the device is in: when each was raised (event time, ms), and what
        those beside the first, and those of limits, are about."""
        every = _list_limits(self.standing.limits)
        if self.alert_since is not None:
            every = [(self.alert_since, None), *_list_beside(self.standing.beside), *every]
        return {alert_id(self.device_id, t, subject): (t, subject) for t, subject in every}

    @property
    def passed_limits(self) -> tuple[str, ...]:
        """The names of the limits that it is beyond, such as ``vibration_mm_s-high-alarm``."""
        limits = self.standing.limits
        return tuple(sorted(name for name in limits if limits[name].raised_t is not None))

    @property
    def is_in_alert(self) -> bool:
        """Whether work is better done elsewhere: an alert, or an alarm of a limit, is open. A
        limit's warning is for people."""
        alarms = (name for name in self.passed_limits if parse_name(name)[2] == "alarm")
        return self.alert_since is not None or any(alarms)

    @property
    def cleared_at(self) -> int | None:
        """Event time (ms) at which the last alert cleared; None before there was one."""
        return self.standing.alert.cleared_at

    @property
    def silent_after_ms(self) -> float:
        """How long nothing has to be heard of the device before that means something."""
        return self.rhythm.silent_after_ms(LEAST_SILENT_MS)

    @property
    def state(self) -> State | None:
        """Whether it is off, idle, starting or running; None where nobody knows."""
        return self.standing.operating.state

    @property
    def remarks(self) -> tuple[str, ...]:
        """What people should know of its clock, its usual scores, its own range and its sensors,
        in words."""
        return (
            *remark_on_clock(self.clock, self.refused),
            *remark_on_level(self.standing.usual, self.work.period_ms),
            *remark_on_range(self.standing.own),
            *([] if self.habits is None else remark_on_sensors(self.habits)),
        )

    def with_alert(self, raised_t: int) -> DeviceRecord:
        """The same device in an alert that was raised at event time *raised_t* (ms)."""
        alert = replace(self.standing.alert, open_since=raised_t)
        return replace(self, standing=replace(self.standing, alert=alert))

    def is_news(self, told: DeviceRecord | None, *, every_ms: int) -> bool:
        """Whether it has to be stored now that *told* is: others must know it at once, or
        *every_ms* have passed by the hub's clock. None: nothing is known to be stored."""
        if told is None:
            return True
        passed_ms = self.enqueued_at - told.enqueued_at
        if not 0 <= passed_ms < every_ms or self.list_events() != told.list_events():
            return True
        # What is planned rests on it, and in trouble each reading tells more of how much is left.
        return self.work.has_changed(told.work)

    def list_events(self) -> tuple[object, ...]:
        """What somebody acts on; values, and how the score moves, only have to be fresh."""
        scored = self.score is not None
        open_alerts = sorted(self.open_alerts())
        alert = (open_alerts, self.cleared_at, self.anomalous, dict(self.sensors))
        why = None if self.not_scored is None else self.not_scored.reason
        # A message that is late says nothing of it in its own document.
        clock = (self.clock.epochs, self.clock.behind, self.refused)
        bad = sorted(self.bad_values)
        state, own = self.state, self.standing.own
        judged = (self.site_id, self.profile, self.model_version, scored, alert, why)
        return *judged, clock, bad, state, None if own is None else own.known

    @classmethod
    def from_document(cls, document: Mapping[str, Any], etag: str | None = None) -> DeviceRecord:
        """Read a ``devices`` document; one from before there was a cooldown or learning lacks
        that part. Raises DamagedDocumentError naming the document and what is wrong with it."""
        return cls(
            device_id=take_field(document, "deviceId", str),
            site_id=take_field(document, "siteId", str),
            profile=take_field(document, "profile", str),
            last_t=take_field(document, "lastT", int),
            last_seq=take_field(document, "lastSeq", int),
            latest=take_mapping(document, "latest", *OPTIONAL_NUMBER),
            score=take_field(document, "score", *OPTIONAL_NUMBER),
            threshold=take_field(document, "threshold", *OPTIONAL_NUMBER),
            anomalous=take_field(document, "anomalous", bool),
            sensors=take_mapping(document, "sensors", str),
            standing=read_standing(document),
            model_version=take_field(document, "modelVersion", *OPTIONAL_TEXT),
            enqueued_at=take_field(document, "enqueuedAt", int),
            clock=read_clock(document, take_field(document, "enqueuedAt", int)),
            rhythm=read_rhythm(document),
            not_scored=read_not_scored(document),
            refused=read_refusal(document),
            bad_values=_read_bad_values(document),
            etag=etag,
            work=read_work(document),
            habits=read_habits(document),
        )

    def to_document(self) -> dict[str, Any]:
        """The ``devices`` document (docs/formats.md)."""
        return {
            "id": self.device_id,
            "deviceId": self.device_id,
            "siteId": self.site_id,
            "profile": self.profile,
            "lastT": self.last_t,
            "lastSeq": self.last_seq,
            "latest": dict(self.latest),
            "score": self.score,
            "threshold": self.threshold,
            "anomalous": self.anomalous,
            "sensors": dict(self.sensors),
            "badValues": {name: bad.to_document() for name, bad in self.bad_values.items()},
            **write_standing(self.standing, self.device_id),
            "modelVersion": self.model_version,
            "enqueuedAt": self.enqueued_at,
            "work": self.work.to_document() if self.work.period_ms else None,
            "clock": self.clock.to_document(),
            "rhythm": self.rhythm.to_document(),
            "habits": None if self.habits is None else self.habits.to_document(),
            "notScored": None if self.not_scored is None else self.not_scored.to_document(),
            "refused": None if self.refused is None else self.refused.to_document(),
        }


def _list_beside(beside: Beside) -> list[tuple[int, str | None]]:
    return [(t, subject) for subject, t in beside.raised.items()]


def _list_limits(limits: LimitStates) -> list[tuple[int, str | None]]:
    return [(each.raised_t, name) for name, each in limits.items() if each.raised_t is not None]


def _read_bad_values(document: Mapping[str, Any]) -> dict[str, LastBad]:
    owner = {name: document.get(name) for name in ("id", "deviceId")}
    found = take_mapping(document, "badValues", dict)
    return {name: LastBad.from_document({**owner, **bad}) for name, bad in found.items()}
