"""What people should know of a device's clock, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tocsin.domain.behaviour.device_clock import RUNS_AFTER, Clock
from tocsin.domain.messages.refusal import TimeRefusal


def remark_on_clock(clock: Clock, refused: TimeRefusal | None) -> Iterator[str]:
    """Nothing of a clock that was never seen to be wrong."""
    if refused is not None:
        yield (
            f"{refused.messages} of its messages in a row could not be used, the last of "
            f"{_say_time(refused.at)}: {refused.text}"
        )
    if clock.epoch.offset:
        yield (
            f"its clock is wrong by {_say_span(clock.epoch.offset)}: since "
            f"{_say_time(clock.epoch.since)} its readings are placed by when they arrive"
        )
    if clock.behind is not None:
        yield (
            f"its last {clock.behind.messages} messages lie behind what is known: they are late, "
            f"or its clock was put back, which {RUNS_AFTER} of them that go on as time does tell"
        )
    if clock.step_ms:
        yield (
            f"its clock was put back by {_say_span(clock.step_ms)} at "
            f"{_say_time(clock.epoch.since)}"
        )


def _say_time(at_ms: int) -> str:
    try:
        return f"{datetime.fromtimestamp(at_ms / 1_000, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{at_ms} ms"


def _say_span(ms: int) -> str:
    return str(timedelta(seconds=round(abs(ms) / 1_000)))
