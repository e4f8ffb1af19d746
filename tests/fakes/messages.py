"""Telemetry for tests: a small profile, bodies, envelopes and streams of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.profile import Profile, parse_profile

NOW = 1_795_332_074_190
PERIOD_MS = 1_000


def _profile(name: str, channels: Sequence[str], window: int) -> Profile:
    return parse_profile(
        {
            "name": name,
            "title": name,
            "period_s": PERIOD_MS / 1_000,
            "window": window,
            "channels": [
                {"name": channel, "title": channel, "unit": "1", "low": -100, "high": 100}
                for channel in channels
            ],
        }
    )


RIG = _profile("rig", ("speed_rpm", "heat_c"), 6)
PROBE = _profile("probe", ("heat_c",), 4)
PROFILES = {profile.name: profile for profile in (RIG, PROBE)}


def document(**changes: object) -> dict[str, Any]:
    """A valid body of one reading, with *changes*; a field set to ``...`` is left out."""
    fields: dict[str, object] = {
        "schema": 1,
        "profile": "rig",
        "seq": 0,
        "t": [NOW],
        "channels": {"speed_rpm": [1.5], "heat_c": [20]},
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not ...}


def envelope(
    body: bytes | Mapping[str, Any],
    *,
    device_id: str = "rig-1",
    site_id: str = "north",
    sequence_number: int = 0,
    enqueued_at: int = NOW,
) -> Envelope:
    return Envelope(
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        device_id=device_id,
        site_id=site_id,
        enqueued_at=enqueued_at,
        partition="0",
        sequence_number=sequence_number,
        properties={"siteId": site_id},
    )


def reading_message(
    seq: int,
    t: Sequence[int],
    values: Sequence[Sequence[float | None]],
    *,
    profile: Profile = RIG,
    device_id: str = "rig-1",
    site_id: str = "north",
) -> Envelope:
    """One message: *values* is ``[n, c]`` in the profile's channel order."""
    columns = zip(*values, strict=True)
    channels = {
        name: list(column) for name, column in zip(profile.channel_names, columns, strict=True)
    }
    return envelope(
        document(profile=profile.name, seq=seq, t=list(t), channels=channels),
        device_id=device_id,
        site_id=site_id,
        sequence_number=seq,
        enqueued_at=t[-1] + 40,
    )


def stream(
    sizes: Sequence[int],
    *,
    seed: int = 0,
    odd: Sequence[int] = (),
    gaps_s: Mapping[int, float] | None = None,
    profile: Profile = RIG,
    device_id: str = "rig-1",
    site_id: str = "north",
) -> list[Envelope]:
    """A device's messages of *sizes* readings each, ending before NOW.

    Readings whose index is in *odd* lie far off; *gaps_s* adds silences before reading indices.
    """
    count = sum(sizes)
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(count, len(profile.channels))).round(3)
    values[[index for index in odd if index < count]] += 50
    steps = [PERIOD_MS + int(1_000 * (gaps_s or {}).get(index, 0)) for index in range(count)]
    t = NOW - sum(steps) + np.cumsum(steps)
    messages: list[Envelope] = []
    start = 0
    for seq, size in enumerate(sizes):
        part = slice(start, start + size)
        messages.append(
            reading_message(
                seq,
                t[part].tolist(),
                values[part].tolist(),
                profile=profile,
                device_id=device_id,
                site_id=site_id,
            )
        )
        start += size
    return messages
