"""Telemetry messages: from the bytes a device sent to checked, typed columns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from itertools import compress
from reprlib import repr as brief
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.errors import InvalidMessageError
from tocsin.domain.hot_records import dataclass
from tocsin.domain.messages.bad_values import BadCells, keep_bad
from tocsin.domain.messages.event_times import Placing, read_times
from tocsin.domain.messages.values import check_values
from tocsin.domain.profile import Profile
from tocsin.domain.states.rule import State, read_told

SCHEMA = 1
MAX_BYTES = 256 * 1024
MAX_CHANNELS = 64

LONGEST_ID = 128  # of a device, in IoT Hub

_FIELDS = {"schema", "profile", "seq", "t", "channels", "deviceId"}
# The hub allows the last two in a device id, the database none of them in a document's.
_NOT_IN_AN_ID = frozenset("/\\?#")


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


def decode(envelope: Envelope, profiles: Mapping[str, Profile], *, now_ms: int) -> Message:
    """Parse and check one event's body.

    Raises InvalidMessageError with the reason (docs/formats.md) and what was found.
    """
    _check_device_id(envelope.device_id)
    document = _parse(envelope.body)
    _check_head(document, envelope.device_id)
    profile = _profile(document, profiles)
    event_times = read_times(
        document["t"],
        profile.event_times,
        # Where the hub did not say, the message cannot be older than now.
        enqueued_at=envelope.enqueued_at or now_ms,
        period_s=profile.period_s,
    )
    times = event_times.times
    channels = _channels(document["channels"], profile, len(times))
    told, bad_states = _take_told(channels, profile)
    values = check_values(channels, profile, len(times))
    return Message(
        envelope=envelope,
        profile=profile,
        seq=document["seq"],
        times=times,
        t=np.array(times, dtype=np.int64),
        values=values.array,
        channels=values.channels,
        placing=event_times.placing,
        bad={**values.bad, **bad_states} if bad_states else values.bad,
        told=told,
    )


def can_be_kept(name: str) -> bool:
    """Whether the database takes a device's id as a document's, and finds it again."""
    return (
        name not in {"", ".", ".."}
        and len(name) <= LONGEST_ID
        # A lone surrogate is no text to any service.
        and name.isprintable()
        and _NOT_IN_AN_ID.isdisjoint(name)
    )


def _check_device_id(device_id: str) -> None:
    if not device_id:
        raise InvalidMessageError("no-device-id", "the hub named no device for this message")
    if not can_be_kept(device_id):
        raise InvalidMessageError(
            "malformed",
            f"the database keeps no device {brief(device_id)}: register it under a name without "
            "/ \\ ? and #, of 1 to 128 characters that can be printed",
        )


# Made once: json.loads makes one a call when it is told of constants. NaN and Infinity are no JSON;
# as texts they are refused wherever something else is wanted.
_DECODER = json.JSONDecoder(parse_constant=str)


def _parse(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        raise InvalidMessageError("too-large", f"{len(body)} bytes; at most {MAX_BYTES} fit")
    try:
        document = _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidMessageError("not-json", str(error)) from error
    if not isinstance(document, dict):
        raise InvalidMessageError("malformed", "the body must be a JSON object")
    return document


def _check_head(document: dict[str, Any], device_id: str) -> None:
    schema = document.get("schema")
    if type(schema) is not int or schema != SCHEMA:
        raise InvalidMessageError(
            "wrong-schema", f"schema is {brief(schema):.100}; this system reads {SCHEMA}"
        )
    claimed = document.get("deviceId", device_id)
    if claimed != device_id:
        raise InvalidMessageError(
            "foreign-device-id",
            f"the body claims {brief(claimed)}; the hub knows another",
        )
    missing = _FIELDS - {"deviceId"} - document.keys()
    unknown = document.keys() - _FIELDS
    if missing or unknown:
        raise InvalidMessageError(
            "malformed",
            f"missing fields {brief(sorted(missing))}, unknown fields {brief(sorted(unknown))}",
        )
    if type(document["seq"]) is not int or not 0 <= document["seq"] < 2**53:
        raise InvalidMessageError("malformed", "seq must be a whole number from 0")


def _profile(document: dict[str, Any], profiles: Mapping[str, Profile]) -> Profile:
    name = document["profile"]
    profile = profiles.get(name) if isinstance(name, str) else None
    if profile is None:
        raise InvalidMessageError("unknown-profile", f"{brief(name)} is none of {sorted(profiles)}")
    return profile


def _channels(
    channels: object, profile: Profile, readings: int
) -> dict[str, Sequence[float | None]]:
    if not isinstance(channels, dict) or not channels:
        raise InvalidMessageError("malformed", "channels must be an object with a list a channel")
    if len(channels) > MAX_CHANNELS:
        raise InvalidMessageError("malformed", f"{len(channels)} channels; at most {MAX_CHANNELS}")
    unknown = channels.keys() - set(profile.channel_names)
    if profile.states is not None:
        unknown -= {profile.states.told_by}
    if unknown:
        raise InvalidMessageError(
            "unknown-channel", f"{brief(sorted(unknown))} not in profile {profile.name!r}"
        )
    for name, column in channels.items():
        if not isinstance(column, list) or len(column) != readings:
            raise InvalidMessageError(
                "unequal-lengths", f"channel {name!r} must list {readings} values, one for each t"
            )
    return channels


def _take_told(
    channels: dict[str, Sequence[float | None]], profile: Profile
) -> tuple[Sequence[State | None], dict[str, BadCells]]:
    """The operating states that the device told, taken out of *channels*, and those that mean
    nothing."""
    rule = profile.states
    if rule is None or rule.told_by is None or rule.told_by not in channels:
        return (), {}
    told, bad = read_told(channels.pop(rule.told_by), rule)
    return told, {} if bad is None else {rule.told_by: bad}
