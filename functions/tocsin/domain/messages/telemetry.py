"""Telemetry messages: as the hub delivered them, and checked as typed columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.hot_records import dataclass
from tocsin.domain.messages.bad_values import BadCells, keep_bad
from tocsin.domain.messages.event_times import Placing
from tocsin.domain.profile import Profile
from tocsin.domain.states.rule import State


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as the hub delivered it: the body untouched, and what the hub itself knows.

    ``device_id`` is the authenticated one, empty when the hub named none. ``enqueued_at`` in ms.
    """

    body: bytes
    device_id: str
    site_id: str
    enqueued_at: int
    partition: str
    sequence_number: int
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """A checked telemetry message.

    ``times`` and ``t``: n event times in ms, increasing, as sent and as int64. ``values``: float32
    ``[n, c]`` in the profile's channel order, NaN where missing. ``channels`` is what the device
    sent, unrounded, and None where missing. ``placing``: how its times came about where they are
    not those that were sent. ``epoch``: that of the device's clock (device_clock.py), 0 for the
    first. ``contested``: other values are known for some of its times. ``bad``: by channel the
    cells that hold no value. ``told``: the operating state that the device tells with each reading,
    empty where it does not.
    """

    envelope: Envelope
    profile: Profile
    seq: int
    times: Sequence[int]
    t: NDArray[np.int64]
    values: NDArray[np.float32]
    channels: Mapping[str, Sequence[float | None]]
    placing: Placing | None = None
    epoch: int = 0
    contested: bool = False
    bad: Mapping[str, BadCells] = field(default_factory=dict)
    told: Sequence[State | None] = ()

    @property
    def device_id(self) -> str:
        return self.envelope.device_id

    @property
    def site_id(self) -> str:
        return self.envelope.site_id

    @property
    def enqueued_at(self) -> int:
        return self.envelope.enqueued_at

    @property
    def first_t(self) -> int:
        return self.times[0]

    @property
    def last_t(self) -> int:
        return self.times[-1]

    def keep(self, kept: NDArray[np.bool_]) -> Message:
        """The message with some of its readings; *kept*: bool ``[n]``, at least one."""
        t = self.t[kept]
        return replace(
            self,
            times=t.tolist(),
            t=t,
            values=self.values[kept],
            channels={name: [*compress(column, kept)] for name, column in self.channels.items()},
            bad=keep_bad(self.bad, kept) if self.bad else self.bad,
            told=[*compress(self.told, kept)] if self.told else (),
        )

    def shift(self, ms: int) -> Message:
        """The message with its event times moved by *ms*."""
        t = self.t + ms
        return replace(self, times=t.tolist(), t=t)
