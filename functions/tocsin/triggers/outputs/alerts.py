"""What the API answers of alerts and dead letters (docs/api.md)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType

from tocsin.domain.alerts.alert import Cause
from tocsin.domain.states.rule import State
from tocsin.triggers.api.answers import Listed, Output


class BreachShown(Output):
    """The limit that an alert is about, and the value at its change, both in ``unit``. ``learned``:
    it follows from what the device showed itself; people set all others."""

    channel: str
    side: Literal["high", "low"]
    level: Literal["warning", "alarm"]
    value: float | None
    limit: float | None
    unit: str
    learned: bool = False


class LateRunShown(Output):
    """An alert that was found when its readings had come late: it was over by then. So many
    ``readings`` there are from its raising to its clearing, at event time ``to_t`` (ms)."""

    readings: int
    to_t: int


class AlertFields(Output):
    """What is stored of an alert as it was raised, or cleared."""

    id: str
    type: Literal["raised", "cleared"]
    alert_id: str
    device_id: str
    site_id: str
    profile: str
    t: int
    score: float | None
    threshold: float | None
    cause: Cause | None
    contributions: dict[str, float]
    sensors: dict[str, str]
    bad_values: dict[str, float | str]
    subject: str | None
    limit: BreachShown | None
    state: State | None
    late: LateRunShown | None
    model_version: str | None
    enqueued_at: int | None


class AlertShown(AlertFields):
    """An alert as it was raised, and what became of it."""

    type: Literal["raised"]
    open: bool
    cleared_at: int | None


class AlertsShown(Listed):
    """A page of alerts, newest first. ``older`` is where the next page begins, null on the last."""

    alerts: list[AlertShown]
    older: str | None


class LetterListed(Output):
    """A dead letter in a list. Times in ms. ``deviceId``: null where it names none, and of letters
    from before it was kept beside them."""

    id: str
    at: int
    kind: str | None
    reason: str | None
    device_id: str | None
    replayed_at: int | None


class LettersShown(Listed):
    """A page of dead letters, newest first. ``cursor`` is where the next page begins."""

    dead_letters: list[LetterListed]
    cursor: str | None


class LetterShown(Output):
    """A dead letter with all that was kept. ``body`` is base64; ``alert`` is as it was found."""

    id: str
    reason: str
    text: str
    kind: str | UnsetType = UNSET
    device_id: Any = UNSET
    site_id: str | UnsetType = UNSET
    enqueued_at: int | UnsetType = UNSET
    partition: str | UnsetType = UNSET
    sequence_number: int | UnsetType = UNSET
    properties: dict[str, str] | UnsetType = UNSET
    body: str | UnsetType = UNSET
    stored_at: int | UnsetType = UNSET
    alert: dict[str, Any] | UnsetType = UNSET
    replayed_at: int | UnsetType | None = UNSET


class ReplayShown(Output):
    """What became of a replay; ``reason`` and ``text`` where it was refused again."""

    id: str
    outcome: Literal["scored", "shown", "refused"]
    reason: str | None
    text: str | None
