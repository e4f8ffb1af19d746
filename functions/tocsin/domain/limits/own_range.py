"""The range that a device has shown by itself, for where no model knows it.

A device that is too slow for the model of its kind has nobody who says what is usual for it. What
its own channels went through in a day is known, though. A value that lies as far beyond it again as
the whole range is wide is no part of that day's weather or work. What is learned is careful: of
gross faults alone, after a day, and people's own limits take its place
(docs/adr/0035-a-slow-device-has-its-own-range.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.limits.bounds import Bound, Side
from tocsin.domain.limits.follow import Stretch
from tocsin.domain.limits.own_rest import DAY_MS, RESTFUL, Rest, follow_rest
from tocsin.domain.profile import Channel, Profile
from tocsin.domain.stored import NUMBER, OPTIONAL_WHOLE, take_field, take_mapping

LEAST_READINGS = 96  # that a day has to have: those of a device at a quarter of an hour
# Of the range, on each side. A trend that goes on as fast as on the first day stays within.
MARGIN = 1.0
BACK = 0.5  # of the margin: so far a value has to come back
DELAY = 3.0  # periods
DECIMALS = 6
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class ChannelRange:
    """``low`` and ``high``: of the days that are over. ``day_low``, ``day_high``: of the day that
    goes on. Infinite the wrong way round where nothing is known."""

    low: float = inf
    high: float = -inf
    day_low: float = inf
    day_high: float = -inf

    @property
    def limits(self) -> tuple[float, float] | None:
        """Beyond which values are called; None while that is not known, or it never changed."""
        if not self.low < self.high:
            return None
        margin = MARGIN * (self.high - self.low)
        return round(self.low - margin, DECIMALS), round(self.high + margin, DECIMALS)

    def learn(self, values: NDArray[np.float32]) -> ChannelRange:
        """With *values* ``[n]`` of the day, NaN where missing; what is called teaches nothing."""
        lowest, highest = self.limits or (-inf, inf)
        taught = values[(values >= lowest) & (values <= highest)]
        if not len(taught):
            return self
        low, high = float(taught.min()), float(taught.max())
        return replace(self, day_low=min(self.day_low, low), day_high=max(self.day_high, high))

    def end_day(self) -> ChannelRange:
        return ChannelRange(min(self.low, self.day_low), max(self.high, self.day_high))

    def list_bounds(self, channel: Channel, index: int) -> list[Bound]:
        """Those that the sensor of *channel*, the profile's at *index*, can pass."""
        if self.limits is None:
            return []
        back = BACK * MARGIN * (self.high - self.low)
        sides: tuple[Side, ...] = ("low", "high")
        return [
            Bound(
                channel.name, index, side, "warning", value, back, DELAY, channel.unit, learned=True
            )
            for side, value in zip(sides, self.limits, strict=True)
            if channel.low < value < channel.high
        ]


@dataclass(frozen=True, slots=True)
class OwnRange:
    """``channels``: by name. ``began``: event time (ms) of the first reading of the day that goes
    on; ``readings``: with a value, of that day so far. ``called_t``: event time (ms) at which the
    alert was raised that is open because of its sensors; None while none is. ``since``: event time
    (ms) of the first reading of all. ``rests``: by channel how long its sensor rests."""

    began: int
    readings: int = 0
    channels: Mapping[str, ChannelRange] = field(default_factory=dict)
    called_t: int | None = None
    since: int = 0
    rests: Mapping[str, Rest] = field(default_factory=dict)

    @classmethod
    def begin(cls, t: int, called_t: int | None = None) -> OwnRange:
        """Nothing is known, and the first reading is at *t* (ms)."""
        return cls(t, called_t=called_t, since=t)

    def find_end(self, t: NDArray[np.int64], known: NDArray[np.bool_]) -> int:
        """How many of the readings at *t* (ms) belong to the day that goes on; *known*: which of
        them have a value. Both ``[n]``."""
        before = self.readings + np.cumsum(known) - known
        beyond = np.flatnonzero((t - self.began >= DAY_MS) & (before >= LEAST_READINGS))
        return int(beyond[0]) if len(beyond) else len(t)

    def learn(
        self, values: NDArray[np.float32], known: NDArray[np.bool_], profile: Profile
    ) -> OwnRange:
        """With *values* ``[n, c]`` of the day that goes on."""
        channels = {
            name: self.channels.get(name, ChannelRange()).learn(values[:, index])
            for index, name in enumerate(profile.channel_names)
        }
        readings = self.readings + int(known.sum())
        return replace(self, readings=readings, channels=channels)

    def end_day(self, t: int) -> OwnRange:
        """Once its day is over, and the reading at *t* (ms) begins another."""
        channels = {name: each.end_day() for name, each in self.channels.items()}
        return replace(self, began=t, readings=0, channels=channels)

    def shift(self, ms: int) -> OwnRange:
        """The same once the device's clock was put back by -*ms*."""
        return replace(self, began=self.began + ms, since=self.since + ms)

    def follow_rests(
        self, stretch: Stretch, last: NDArray[np.float32], profile: Profile, period_ms: float
    ) -> tuple[OwnRange, NDArray[np.bool_]]:
        """How long sensors rest after the readings, and which are stuck at each, ``[n, c]``.

        *last* ``[c]``: the values before them, NaN for none. *period_ms*: the device's.
        """
        is_judged = stretch.t - self.since >= DAY_MS
        stuck = np.zeros(stretch.values.shape, dtype=np.bool_)
        rests = dict(self.rests)
        for at, name in enumerate(profile.judged_names):
            rests[name], stuck[:, at] = follow_rest(
                rests.get(name, Rest()),
                stretch.values[:, at],
                last[at],
                is_judged,
                RESTFUL * DAY_MS / period_ms,
            )
        return replace(self, rests=rests), stuck

    def list_bounds(self, profile: Profile, but: Collection[str]) -> tuple[Bound, ...]:
        """The limits that follow, without those of the channels *but* which people set some for."""
        return tuple(
            bound
            for index, channel in enumerate(profile.channels)
            if channel.name in self.channels and channel.name not in but
            for bound in self.channels[channel.name].list_bounds(channel, index)
        )

    @property
    def known(self) -> tuple[str, ...]:
        """The channels whose range counts by now."""
        return tuple(name for name, each in self.channels.items() if each.limits is not None)

    def to_document(self) -> dict[str, Any]:
        """By channel its range and that of the day that goes on, None where nothing is known."""
        return {
            "began": self.began,
            "readings": self.readings,
            "calledT": self.called_t,
            "since": self.since,
            "rests": {
                name: [rest.still, rest.longest, rest.moves] for name, rest in self.rests.items()
            },
            "channels": {
                name: [
                    number if isfinite(number) else None
                    for number in (each.low, each.high, each.day_low, each.day_high)
                ]
                for name, each in self.channels.items()
            },
        }


def read_own_range(document: Mapping[str, Any]) -> OwnRange:
    """What ``to_document`` wrote. Raises DamagedDocumentError."""
    rests = take_mapping(document, "rests", list)
    channels = {}
    for name, numbers in take_mapping(document, "channels", list).items():
        unknown = (inf, -inf, inf, -inf)
        pairs = zip(numbers, unknown, strict=False)
        cells = [other if number is None else number for number, other in pairs]
        sound = len(numbers) == len(unknown) and all(type(cell) in NUMBER for cell in cells)
        if not sound:
            take_field({**document, name: "no range"}, name, list)
        channels[name] = ChannelRange(*map(float, cells))
    return OwnRange(
        began=take_field(document, "began", int),
        readings=take_field(document, "readings", int),
        channels=channels,
        called_t=take_field(document, "calledT", *OPTIONAL_WHOLE),
        # Documents from before rests were known have none.
        since=take_field({"since": document.get("began"), **document}, "since", int),
        rests={name: _read_rest(document, name, cells) for name, cells in rests.items()},
    )


def _read_rest(document: Mapping[str, Any], name: str, cells: list[Any]) -> Rest:
    if len(cells) != 3 or set(map(type, cells)) != {int}:
        take_field({**document, name: "no rest"}, name, list)
    return Rest(*cells)


_UNKNOWN_PACE = "comes too seldom or too often for the model of its kind"


def remark_on_range(own: OwnRange | None) -> list[str]:
    """What people should know of how a device is judged that no model knows, in words."""
    if own is None:
        return []
    known = [(name, own.channels[name]) for name in own.known]
    if not known:
        remark = (
            f"{_UNKNOWN_PACE}: once a day of it is known, with {LEAST_READINGS} readings, it is "
            "held against its own range"
        )
        return [remark]
    named = ", ".join(
        f"{name} {each.low:.4g} to {each.high:.4g}" for name, each in known[:MOST_NAMED]
    )
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    remark = (
        f"{_UNKNOWN_PACE}: it is held against its own range so far ({named}{more}), and called "
        "when a value lies beyond it by its whole width"
    )
    return [remark]
