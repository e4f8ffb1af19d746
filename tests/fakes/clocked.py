"""A device whose clock is wrong, and that knows better: what it measured, and when, in truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.fakes.messages import NOW, RIG, reading_message
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.profile import Profile

DELAY_MS = 40


@dataclass
class ClockedDevice:
    """Measures a reading every *period_ms*, each with a value that no other has.

    ``offset_ms``: its clock less the true time. ``excess``: added to what it measures while it is
    ``odd``. ``sent``: readings as (value, time it stamped).
    """

    profile: Profile = RIG
    device_id: str = "rig-1"
    period_ms: int = 1_000
    now_ms: int = NOW - 50_000_000
    offset_ms: int = 0
    seq: int = 0
    measured: int = 0
    odd: bool = False
    excess: float = 50.0
    sent: list[tuple[float, int]] = field(default_factory=list)

    def measure(self, readings: int = 1) -> list[tuple[float, int]]:
        """So many readings, as time goes by."""
        found = []
        for _ in range(readings):
            self.now_ms += self.period_ms
            self.measured += 1
            value = self.measured / 10_000 + (self.excess if self.odd else 0.0)
            found.append((value, self.now_ms + self.offset_ms))
        return found

    def send(self, readings: Sequence[tuple[float, int]]) -> Envelope:
        """A message with them, as the hub takes it now."""
        self.sent += readings
        second = len(self.profile.channels) > 1
        message = reading_message(
            self.seq,
            [t for _, t in readings],
            [[value, 1.0] if second else [value] for value, _ in readings],
            profile=self.profile,
            device_id=self.device_id,
        )
        self.seq += 1
        # Two messages are never taken in one millisecond, nor in another order.
        self.now_ms += 1
        return replace(message, enqueued_at=self.now_ms + DELAY_MS)

    def live(self, messages: int, readings: int = 5) -> list[Envelope]:
        """Messages that are sent as soon as they are full."""
        return [self.send(self.measure(readings)) for _ in range(messages)]

    def backlog(self, messages: int, readings: int = 5) -> list[list[tuple[float, int]]]:
        """What it measured while it could send nothing."""
        return [self.measure(readings) for _ in range(messages)]
