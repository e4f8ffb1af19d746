"""The telemetry message a device sends: columns of readings in JSON, within the limits."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from device_sim.errors import MessageLimitError

SCHEMA = 1
MAX_READINGS = 1_000
MAX_CHANNELS = 64
# The hub counts the properties too, and so does the device SDK, in its own way.
MAX_BYTES = 256 * 1024 - 2 * 1024


@dataclass(slots=True)
class Outgoing:
    """One message on its way. Times in ms since the epoch; ``sent_at`` is the first attempt.

    ``trace``: the ``traceparent`` that goes with it, so that its way is traced; None for most.
    """

    device: str
    profile: str
    seq: int
    message_id: str
    t: list[int]
    body: bytes
    produced_at: int
    sent_at: int | None = None
    trace: str | None = None

    @property
    def created_utc(self) -> str:
        """When it was made, ISO 8601."""
        return datetime.fromtimestamp(self.produced_at / 1000, tz=UTC).isoformat()


class Composer:
    """Makes the messages of one device; ``seq`` counts them from 0."""

    def __init__(
        self,
        device: str,
        profile: str,
        channels: Sequence[str],
        run: str,
        *,
        told_by: str | None = None,
    ) -> None:
        """*run* tells this process's messages from those of an earlier one with the same seq;
        *told_by*: the field in which the device tells its operating state."""
        self._told_by = told_by
        self._device = device
        self._profile = profile
        self._channels = tuple(channels)
        self._run = run
        self._seq = 0

    def compose(
        self,
        t_ms: Sequence[int],
        values: Sequence[Sequence[float]],
        *,
        produced_at: int,
        told: Sequence[str] = (),
    ) -> Outgoing:
        """A message of the readings *values* [n][channels] at *t_ms* [n]; NaN becomes null. *told*
        [n]: the states that the device tells, empty where it tells none.

        Raises MessageLimitError when it is beyond what hub and product accept.
        """
        beside = {self._told_by: told} if self._told_by and told else {}
        body = encode_body(self._profile, self._seq, t_ms, self._channels, values, beside=beside)
        message = Outgoing(
            device=self._device,
            profile=self._profile,
            seq=self._seq,
            message_id=f"{self._device}-{self._run}-{self._seq}",
            t=list(t_ms),
            body=body,
            produced_at=produced_at,
        )
        self._seq += 1
        return message


def encode_body(
    profile: str,
    seq: int,
    t_ms: Sequence[int],
    channels: Sequence[str],
    values: Sequence[Sequence[float]],
    *,
    beside: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """The body of a telemetry message (docs/formats.md), with the columns of texts *beside*. Raises
    MessageLimitError."""
    _check_columns(t_ms, channels, values)
    document = {
        "schema": SCHEMA,
        "profile": profile,
        "seq": seq,
        "t": list(t_ms),
        "channels": {
            name: [_to_json_number(row[index]) for row in values]
            for index, name in enumerate(channels)
        }
        | {name: [text or None for text in column] for name, column in (beside or {}).items()},
    }
    body = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    if len(body) > MAX_BYTES:
        raise MessageLimitError(
            f"a message of {len(t_ms)} readings has {len(body)} bytes, above {MAX_BYTES}; "
            "use a smaller --batch"
        )
    return body


def _check_columns(
    t_ms: Sequence[int], channels: Sequence[str], values: Sequence[Sequence[float]]
) -> None:
    if not 1 <= len(t_ms) <= MAX_READINGS:
        raise MessageLimitError(f"{len(t_ms)} readings in a message; 1 to {MAX_READINGS} can be")
    if not 1 <= len(channels) <= MAX_CHANNELS:
        raise MessageLimitError(
            f"{len(channels)} channels in a message; 1 to {MAX_CHANNELS} can be"
        )
    if any(after <= before for before, after in itertools.pairwise(t_ms)):
        raise MessageLimitError("the event times of a message must increase")
    if len(values) != len(t_ms) or any(len(row) != len(channels) for row in values):
        raise MessageLimitError("a message needs one value a channel and reading")


def _to_json_number(value: float) -> float | None:
    return value if math.isfinite(value) else None
