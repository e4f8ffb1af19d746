"""How far a profile's devices had drifted when it was last measured, as the database keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.models.drift import Drift, State, drift_document_id
from tocsin.domain.stored import NUMBER, OPTIONAL_NUMBER, OPTIONAL_TEXT, take_field, take_mapping

DECIMALS = 3
STATES = ("stable", "watch", "drifted", "unknown")


@dataclass(frozen=True, slots=True)
class DriftRecord:
    """One measurement of a profile.

    state: how the figure is read; ``unknown`` where ``reason`` says why it cannot be told.
    figure, largest: the largest of score and channels, and which it is; None without readings.
    score, channels: how far each has moved; the score is None where too few readings had one.
    readings, devices: how many were looked at.
    from_t, to_t: the range of event time (ms) that they are from.
    model_version: that of the active bundle; None where none was active.
    """

    profile: str
    state: State
    reason: str | None
    figure: float | None
    largest: str | None
    score: float | None
    channels: Mapping[str, float]
    readings: int
    devices: int
    from_t: int
    to_t: int
    model_version: str | None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> DriftRecord:
        """Raises DamagedDocumentError naming the document and what is wrong with it."""
        state: State = take_field(document, "state", str)
        if state not in STATES:
            raise DamagedDocumentError(f"{document.get('id')!r}: state is {state!r}")
        return cls(
            profile=take_field(document, "profile", str),
            state=state,
            reason=take_field(document, "reason", *OPTIONAL_TEXT),
            figure=take_field(document, "figure", *OPTIONAL_NUMBER),
            largest=take_field(document, "largest", *OPTIONAL_TEXT),
            score=take_field(document, "score", *OPTIONAL_NUMBER),
            channels=take_mapping(document, "channels", *NUMBER),
            readings=take_field(document, "readings", int),
            devices=take_field(document, "devices", int),
            from_t=take_field(document, "from", int),
            to_t=take_field(document, "to", int),
            model_version=take_field(document, "modelVersion", *OPTIONAL_TEXT),
        )

    def to_document(self) -> dict[str, Any]:
        """The document ``drift:{profile}`` of ``settings`` (docs/formats.md)."""
        return {
            "id": drift_document_id(self.profile),
            "type": "drift",
            "profile": self.profile,
            "state": self.state,
            "reason": self.reason,
            "figure": self.figure,
            "largest": self.largest,
            "score": self.score,
            "channels": dict(self.channels),
            "readings": self.readings,
            "devices": self.devices,
            "from": self.from_t,
            "to": self.to_t,
            "modelVersion": self.model_version,
        }


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a profile was measured, on what: a range of event time (ms), the active version and how
    many devices."""

    from_t: int
    to_t: int
    model_version: str | None
    devices: int = 0


def record_drift(
    profile: str, drift: Drift | None, occasion: Occasion, *, reason: str | None
) -> DriftRecord:
    """What is kept of a measurement; *reason*: why it cannot be told, None where it can."""
    drift = drift or Drift(score=None, channels={}, readings=0)
    return DriftRecord(
        profile=profile,
        state="unknown" if reason else drift.state,
        reason=reason,
        figure=None if drift.figure is None else round(drift.figure, DECIMALS),
        largest=drift.largest,
        score=None if drift.score is None else round(drift.score, DECIMALS),
        channels={name: round(figure, DECIMALS) for name, figure in drift.channels.items()},
        readings=drift.readings,
        devices=occasion.devices,
        from_t=occasion.from_t,
        to_t=occasion.to_t,
        model_version=occasion.model_version,
    )
