"""A limit of a channel, and where a device stands with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.domain.stored import NUMBER, OPTIONAL_TEXT, OPTIONAL_WHOLE, take_field

Side = Literal["high", "low"]
Level = Literal["warning", "alarm"]

SIDES: tuple[Side, ...] = ("high", "low")
LEVELS: tuple[Level, ...] = ("warning", "alarm")
# How the alerts of limits end. No channel may be called so: its own alerts end with its name.
ENDINGS = tuple(f"-{side}-{level}" for side in SIDES for level in LEVELS)


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit of one channel.

    index: of the channel in its profile.
    value: beyond it, above or below by ``side``, for ``delay`` periods, an alert is raised; back
        inside by ``back``, for as long, it clears. Both in ``unit``, the channel's.
    learned: from what the device showed itself; else people set it.
    """

    channel: str
    index: int
    side: Side
    level: Level
    value: float
    back: float
    delay: float
    unit: str
    learned: bool = False

    @property
    def name(self) -> str:
        """Such as ``vibration_mm_s-high-alarm``."""
        return f"{self.channel}-{self.side}-{self.level}"


@dataclass(frozen=True, slots=True)
class LimitState:
    """How a device stands with one limit.

    run: for how many periods its readings have spoken for a change.
    raised_t: event time (ms) at which the alert was raised; None while none is open.
    site_id: where that was.
    """

    run: float = 0.0
    raised_t: int | None = None
    site_id: str | None = None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> LimitState:
        """Raises DamagedDocumentError."""
        return cls(
            run=take_field(document, "run", *NUMBER),
            raised_t=take_field(document, "raisedT", *OPTIONAL_WHOLE),
            site_id=take_field(document, "siteId", *OPTIONAL_TEXT),
        )

    def to_document(self) -> dict[str, Any]:
        return {"run": self.run, "raisedT": self.raised_t, "siteId": self.site_id}


FRESH = LimitState()
LimitStates = Mapping[str, LimitState]  # by the name of the bound; FRESH ones are left out
NO_STATES: LimitStates = {}


@dataclass(frozen=True, slots=True)
class Breach:
    """What a limit's alert says: ``value`` was beyond ``limit``, both in ``unit``; None where the
    alert ended without a reading. ``learned``: see Bound."""

    channel: str
    side: Side
    level: Level
    value: float | None
    limit: float | None
    unit: str
    learned: bool = False

    @property
    def name(self) -> str:
        """That of its bound."""
        return f"{self.channel}-{self.side}-{self.level}"

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Breach:
        """Raises DamagedDocumentError."""
        return cls(
            channel=take_field(document, "channel", str),
            side=take_field(document, "side", str),
            level=take_field(document, "level", str),
            value=take_field(document, "value", *NUMBER, type(None)),
            limit=take_field(document, "limit", *NUMBER, type(None)),
            unit=take_field(document, "unit", str),
            # Documents from before there were learned ones have none.
            learned=bool(take_field(document, "learned", bool, type(None))),
        )

    def to_document(self) -> dict[str, Any]:
        return {
            "channel": self.channel,
            "side": self.side,
            "level": self.level,
            "value": self.value,
            "limit": self.limit,
            "unit": self.unit,
            "learned": self.learned,
        }


def parse_name(name: str) -> tuple[str, Side, Level]:
    """Channel, side and level of a bound's *name*."""
    channel, side, level = name.rsplit("-", 2)
    return channel, side, level  # type: ignore[return-value]  # made by Bound.name
