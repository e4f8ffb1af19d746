"""One device that behaves as devices do: what it sends, its one fault, and what must be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.profile import Profile

Times = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Batch:
    """A message: event times ``t`` ``[n]`` (ms) and ``values`` ``[n, c]``, NaN where missing.
    ``wait_s``: how long the device waits before it sends it; what it then sends, and all after it,
    is stamped by the true time."""

    t: Times
    values: Values
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """From ``from_t`` to ``to_t`` (event times as the device stamps them, ms) ``channel`` is wrong,
    which an alert of ``cause`` is to say."""

    channel: str
    cause: str
    from_t: int
    to_t: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A device of ``profile`` and its messages in order.

    period_ms: between two of its readings.
    reasons: why some of its newest readings have no score, of which one at least must be told.
    said: texts that its remarks must have.
    bad: channels whose bad values its document must name.
    late_ms: how much later the last of it was sent than was meant.
    limits: by channel what operators of its site set for its profile, before it sends anything.
    levels: of these, those that its fault passes and comes back from, each once.
    newest_t: event time (ms) of its newest reading, where that is not in the last message. Its
        fault then comes late, which its alert has to say.
    """

    device: str
    profile: Profile
    batches: Sequence[Batch]
    fault: Fault
    period_ms: int
    reasons: frozenset[str]
    said: Sequence[str] = ()
    bad: frozenset[str] = frozenset()
    late_ms: int = 0
    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    levels: Sequence[str] = ()
    newest_t: int | None = None

    @property
    def last_t(self) -> int:
        if self.newest_t is not None:
            return self.newest_t
        return int(self.batches[-1].t[-1]) + self.late_ms

    def send_later(self, ms: int) -> Trial:
        """The same once its fault was sent later by *ms* than was meant."""
        fault = self.fault
        moved = replace(fault, from_t=fault.from_t + ms, to_t=fault.to_t + ms)
        return replace(self, fault=moved, late_ms=ms)

    @property
    def readings(self) -> int:
        return sum(len(batch.t) for batch in self.batches)


def cut(t: Times, values: Values, size: int) -> list[Batch]:
    """Messages of *size* readings each."""
    return [Batch(t[at : at + size], values[at : at + size]) for at in range(0, len(t), size)]


def harm(
    t: Times, values: Values, profile: Profile, channel: str, cause: str, *, at: slice, by: float
) -> Fault:
    """Add *by* to *channel* at the readings *at*, in place; returns the fault that this is."""
    values[at, profile.channel_names.index(channel)] += by
    return Fault(channel, cause, int(t[at][0]), int(t[at][-1]))
