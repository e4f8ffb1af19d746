"""The messages of one device that reports five channels every second, five readings a message."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from tocsin.domain.devices.readings import DecidedMessage, Scored
from tocsin.domain.judging.decisions import Decided, Standing
from tocsin.domain.messages.telemetry import Envelope, Message
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles

DEVICE: Final = "north-pump-01"
MESSAGES: Final = 40_000
READINGS: Final = 5
NEWEST_T: Final = 1_795_332_074_000
OLDEST_T: Final = NEWEST_T - 1_000 * (MESSAGES * READINGS - 1)
CHANNELS: Final = 5
ODD_EVERY: Final = 997  # one message in so many is anomalous


def make_batches(size: int) -> Iterator[list[DecidedMessage]]:
    """All messages, oldest first."""
    profile = load_profiles()["pump"]
    for first in range(0, MESSAGES, size):
        yield [make_message(profile, seq) for seq in range(first, min(first + size, MESSAGES))]


def make_message(profile: Profile, seq: int, readings: int = READINGS) -> DecidedMessage:
    """The message *seq* of so many *readings*."""
    first_t = OLDEST_T + seq * readings * 1_000
    times = [first_t + 1_000 * step for step in range(readings)]
    ticks = range(seq * readings, (seq + 1) * readings)
    channels: dict[str, list[float | None]] = {
        name: [round(20 + 5 * math.sin(tick / 300 + number) + tick % 7 / 10, 3) for tick in ticks]
        for number, name in enumerate(profile.channel_names[:CHANNELS])
    }
    is_odd = seq % ODD_EVERY == 0
    shown: list[float | None] = [round(tick % 31 / 10 + 9 * is_odd, 4) for tick in ticks]
    message = Message(
        envelope=Envelope(b"", DEVICE, "north", first_t + 250, "0", seq, {}),
        profile=profile,
        seq=seq,
        times=times,
        t=np.array(times, dtype=np.int64),
        values=np.empty((readings, len(profile.channels)), dtype=np.float32),
        channels=channels,
    )
    scored = Scored(
        message=message,
        spec=None,
        score=[],
        shown=shown,
        contributions=np.full((len(profile.channels), readings), 0.125),
        sensors=None,
    )
    return DecidedMessage(scored, Decided([4.21] * readings, [is_odd] * readings, [], Standing()))
