"""What the API says of a device's clock and rhythm, and of why it is not scored."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from tocsin.triggers.api.answers import Output


class EventTimesShown(Output):
    """Which event times a profile takes for possible, and what becomes of a message with others."""

    behind_days: float = field(name="behind_days")
    wrong: Literal["refuse", "place"]


class BehindShown(Output):
    """Messages in a row that lie behind what is known; what may be a step of the clock (ms)."""

    messages: int
    fresh: int
    began_at: int
    first_t: int
    last_t: int


class ClockShown(Output):
    """What a device's clock was seen to do: since when (the hub's time, ms) it runs as it does,
    what is added to its times, and by how much it was put back."""

    since: int
    offset_ms: int
    step_ms: int
    behind: BehindShown | None
    epochs: list[list[int]]


class RhythmShown(Output):
    """How often a device sends; ``period_ms`` is null while that is as its profile says."""

    period_ms: int | None
    other: int
    told: int
    gap_ms: int
    longest_ms: int
    stretch: int
    bursts: int


class NotScoredShown(Output):
    """Why the newest reading has no score."""

    reason: str
    text: str


class RefusedShown(Output):
    """The last message whose event times could not be true, and how many in a row."""

    reason: str
    text: str
    at: int
    messages: int
