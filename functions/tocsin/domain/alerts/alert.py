"""Alerts: the append-only record of what was raised and cleared, when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tocsin.domain.calling.scoring import Change
from tocsin.domain.devices.standing_document import alert_id
from tocsin.domain.errors import DamagedDocumentError, InvalidRequestError
from tocsin.domain.limits.bounds import Breach
from tocsin.domain.messages.bad_values import Cell
from tocsin.domain.states.rule import State
from tocsin.domain.stored import (
    NUMBER,
    OPTIONAL_NUMBER,
    OPTIONAL_TEXT,
    OPTIONAL_WHOLE,
    take_field,
    take_mapping,
    take_part,
)
from tocsin.domain.tracing.place import Place

# "start": a start takes too long, or goes far beyond what starts of the device have shown.
Cause = Literal["score", "sensors", "silence", "limit", "start"]


_SILENCE = "-silence"


@dataclass(frozen=True, slots=True)
class LateRun:
    """An alert that was found when its readings had come late: it was over by then. ``readings``:
    how many there are from the raising to the clearing one, which is at event time ``to_t`` (ms).
    """

    readings: int
    to_t: int

    def to_document(self) -> dict[str, int]:
        return {"readings": self.readings, "toT": self.to_t}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> LateRun:
        """Raises DamagedDocumentError."""
        return cls(take_field(document, "readings", int), take_field(document, "toT", int))


@dataclass(frozen=True, slots=True)
class Alert:
    """One change of a device's alert, as it was at the deciding reading.

    change: whether the alert was raised or cleared.
    alert_id: names the alert that was raised, in both of its documents.
    t: event time (ms) of the deciding reading.
    cause: what raised it, a ``score`` above the threshold, ``sensors`` that went out, the
        ``silence`` of the device, a ``limit``, or a ``start`` that goes wrong; None for an alert
        that cleared.
    contributions: each channel's share of the score; empty where the sensors are the cause, since
        then the score blames nobody.
    sensors: ``missing`` or ``stuck`` by channel, for the sensors that are out.
    bad_values: what such a sensor says in place of a value, where it says something.
    subject: the channel that an alert is about which was raised beside an open one, or because of
        a limit; else None.
    limit: the limit that an alert is about, and the value at its change; None for others.
    state: the operating state of the device then; None where nobody knows.
    late: what is said of it where its readings came late, and it was over when it was found; None
        for all that was told in time.
    enqueued_at: when the hub took the message (ms); None in documents from before it was kept.
    trace: where the trace of the message goes on, if it is traced; it is no part of what is told.
    """

    change: Change
    alert_id: str
    device_id: str
    site_id: str
    profile: str
    t: int
    score: float | None
    threshold: float | None
    cause: Cause | None
    contributions: Mapping[str, float]
    sensors: Mapping[str, str]
    model_version: str | None
    enqueued_at: int | None
    bad_values: Mapping[str, Cell] = field(default_factory=dict)
    subject: str | None = None
    limit: Breach | None = None
    state: State | None = None
    late: LateRun | None = None
    trace: Place | None = None

    @property
    def document_id(self) -> str:
        """Follows from the deciding reading, so a message delivered twice decides it once."""
        if self.is_silence:
            return f"{self.t}-{self.change}{_SILENCE}"
        about = self.subject if self.limit is None else self.limit.name
        return name_document(self.t, self.change, about)

    @property
    def is_silence(self) -> bool:
        """Whether the device said nothing; it may be in another alert at the same time."""
        return is_silence_id(self.alert_id)

    @property
    def concerns_work(self) -> bool:
        """Whether a plan is asked for because of it: a limit's warning is for people alone, and
        what is long over moves no work."""
        is_warning = self.limit is not None and self.limit.level == "warning"
        return self.change == "raised" and not is_warning and self.late is None

    @property
    def position(self) -> AlertPosition:
        return AlertPosition(self.t, self.device_id, self.document_id)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Alert:
        """Raises DamagedDocumentError naming the document and what is wrong with it."""
        change: Change = take_field(document, "type", str)
        if change not in {"raised", "cleared"}:
            raise DamagedDocumentError(
                f"the alert {document.get('id')!r} is of type {change!r}, not raised or cleared"
            )
        score = take_field(document, "score", *OPTIONAL_NUMBER)
        threshold = take_field(document, "threshold", *OPTIONAL_NUMBER)
        # Documents from before the cause was kept still tell it.
        cause = take_field(document, "cause", *OPTIONAL_TEXT) or find_cause(
            change, score, threshold
        )
        contributions = take_mapping(document, "contributions", *NUMBER)
        limit, late = take_part(document, "limit"), take_part(document, "late")
        return cls(
            change=change,
            alert_id=take_field(document, "alertId", str),
            device_id=take_field(document, "deviceId", str),
            site_id=take_field(document, "siteId", str),
            profile=take_field(document, "profile", str),
            t=take_field(document, "t", int),
            score=score,
            threshold=threshold,
            cause=cause,
            contributions={} if cause == "sensors" else contributions,
            sensors=take_mapping(document, "sensors", str),
            model_version=take_field(document, "modelVersion", *OPTIONAL_TEXT),
            enqueued_at=take_field(document, "enqueuedAt", *OPTIONAL_WHOLE),
            bad_values=take_mapping(document, "badValues", *NUMBER, str),
            subject=take_field(document, "subject", *OPTIONAL_TEXT),
            limit=None if limit is None else Breach.from_document(limit),
            state=take_field(document, "state", *OPTIONAL_TEXT),
            late=None if late is None else LateRun.from_document(late),
        )

    def to_document(self) -> dict[str, Any]:
        """The ``alerts`` document (docs/formats.md)."""
        return {
            "id": self.document_id,
            "type": self.change,
            "alertId": self.alert_id,
            "deviceId": self.device_id,
            "siteId": self.site_id,
            "profile": self.profile,
            "t": self.t,
            "score": self.score,
            "threshold": self.threshold,
            "cause": self.cause,
            "contributions": dict(self.contributions),
            "sensors": dict(self.sensors),
            "badValues": dict(self.bad_values),
            "subject": self.subject,
            "limit": None if self.limit is None else self.limit.to_document(),
            "state": self.state,
            "late": None if self.late is None else self.late.to_document(),
            "modelVersion": self.model_version,
            "enqueuedAt": self.enqueued_at,
        }


@dataclass(frozen=True, slots=True)
class AlertPosition:
    """Where a listing of alerts, newest first, goes on: behind this one.

    Alerts of the same event time follow each other by device, then by document; so a position
    stays where it is however many alerts are added before it.
    """

    t: int
    device_id: str
    document_id: str

    @property
    def order(self) -> tuple[int, str, str]:
        """Sorts as the listing does."""
        return -self.t, self.device_id, self.document_id

    def to_text(self) -> str:
        return f"{self.t}:{self.document_id}:{self.device_id}"

    @classmethod
    def from_text(cls, text: str) -> AlertPosition:
        """What ``to_text`` made. Raises InvalidRequestError when it is none of these."""
        t, _, rest = text.partition(":")
        document_id, _, device_id = rest.partition(":")
        # Longer ones, and digits of other scripts, are no times that the database takes.
        if not (t.isascii() and t.isdigit() and len(t) <= 15 and document_id and device_id):
            raise InvalidRequestError(
                f"{text!r:.80} is no position in a listing of alerts; use one that a page gave"
            )
        return cls(int(t), device_id, document_id)


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Some alerts, newest first; ``older``: where the next page begins, None at the end."""

    alerts: tuple[Alert, ...]
    older: AlertPosition | None


def page_of(alerts: Sequence[Alert], most: int, *, more: bool = False) -> AlertPage:
    """The first *most* of *alerts*, put in order; ``more``: there are others behind them."""
    ordered = sorted(alerts, key=lambda alert: alert.position.order)
    shown = tuple(ordered[:most])
    more = more or len(ordered) > most
    return AlertPage(shown, shown[-1].position if more and shown else None)


def name_document(t: int, change: Change, subject: str | None = None) -> str:
    """The id of an alert's document: the event time (ms) of its change, and what it is about where
    others may be open beside it."""
    return f"{t}-{change}" if subject is None else f"{t}-{change}-{subject}"


def is_silence_id(alert_id: str) -> bool:
    return alert_id.endswith(_SILENCE)


def silence_id(device_id: str, began_t: int) -> str:
    """Names a silence for ever: the device, and the event time (ms) right after its last word.

    No other alert is called like it: those end with a number or a channel, and no profile may call
    a channel so.
    """
    return f"{alert_id(device_id, began_t)}{_SILENCE}"


def find_cause(
    change: str, score: float | None, threshold: float | None, *, is_called: bool = False
) -> Cause | None:
    """What raised an alert; None of a cleared one. *is_called*: because of the start it is in."""
    if change != "raised":
        return None
    if is_called:
        return "start"
    above = score is not None and threshold is not None and score > threshold
    return "score" if above else "sensors"
