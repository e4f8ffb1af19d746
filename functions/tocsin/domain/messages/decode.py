"""From the bytes that devices sent to checked, typed columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from reprlib import repr as brief
from typing import Any

import numpy as np

from tocsin.domain.errors import InvalidMessageError
from tocsin.domain.hot_records import dataclass
from tocsin.domain.messages.bad_values import BadCells
from tocsin.domain.messages.event_times import EventTimes, read_times
from tocsin.domain.messages.json_text import parse_json
from tocsin.domain.messages.telemetry import Envelope, Message
from tocsin.domain.messages.values import Column, Values, check_alike, check_values
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
class _Parsed:
    """A message whose values are not checked yet."""

    envelope: Envelope
    profile: Profile
    seq: int
    event_times: EventTimes
    channels: Mapping[str, Column]
    told: Sequence[State | None]
    bad_states: Mapping[str, BadCells]

    def take(self, values: Values) -> Message:
        times = self.event_times.times
        return Message(
            envelope=self.envelope,
            profile=self.profile,
            seq=self.seq,
            times=times,
            t=np.array(times, dtype=np.int64),
            values=values.array,
            channels=values.channels,
            placing=self.event_times.placing,
            bad={**values.bad, **self.bad_states} if self.bad_states else values.bad,
            told=self.told,
        )


def decode(envelope: Envelope, profiles: Mapping[str, Profile], *, now_ms: int) -> Message:
    """Parse and check one event's body.

    Raises InvalidMessageError with the reason (docs/formats.md) and what was found.
    """
    parsed = _parse(envelope, profiles, now_ms)
    times = parsed.event_times.times
    return parsed.take(check_values(parsed.channels, parsed.profile, len(times)))


def decode_all(
    envelopes: Sequence[Envelope], profiles: Mapping[str, Profile], *, now_ms: int
) -> list[Message | InvalidMessageError]:
    """Each as ``decode`` does, in their order, with what that would raise in its place.

    The values of messages of one form are checked together: alone, each takes twice as long.
    """
    decoded: list[Message | InvalidMessageError | None] = [None] * len(envelopes)
    alike: dict[tuple[str, int], list[tuple[int, _Parsed]]] = {}
    for at, envelope in enumerate(envelopes):
        try:
            parsed = _parse(envelope, profiles, now_ms)
        except InvalidMessageError as error:
            decoded[at] = error
        else:
            form = (parsed.profile.name, len(parsed.event_times.times))
            alike.setdefault(form, []).append((at, parsed))
    for (_, readings), group in alike.items():
        profile = group[0][1].profile
        every = check_alike([parsed.channels for _, parsed in group], profile, readings)
        for (at, parsed), values in zip(group, every, strict=True):
            decoded[at] = parsed.take(values)
    return [message for message in decoded if message is not None]


def _parse(envelope: Envelope, profiles: Mapping[str, Profile], now_ms: int) -> _Parsed:
    _check_device_id(envelope.device_id)
    document = _parse_body(envelope.body)
    _check_head(document, envelope.device_id)
    profile = _profile(document, profiles)
    event_times = read_times(
        document["t"],
        profile.event_times,
        # Where the hub did not say, the message cannot be older than now.
        enqueued_at=envelope.enqueued_at or now_ms,
        period_s=profile.period_s,
    )
    channels = _channels(document["channels"], profile, len(event_times.times))
    told, bad_states = _take_told(channels, profile)
    return _Parsed(envelope, profile, document["seq"], event_times, channels, told, bad_states)


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


def _parse_body(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        raise InvalidMessageError("too-large", f"{len(body)} bytes; at most {MAX_BYTES} fit")
    try:
        document = parse_json(body)
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
