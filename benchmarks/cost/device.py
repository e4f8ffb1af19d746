"""A simulated pump, and what the product stores of it: real documents, to be priced."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from benchmarks.scoring_path import SEED, START_MS, Line, make_events
from device_sim.hub.message import encode_body
from device_sim.signals.stream import SignalStream

Document = Mapping[str, Any]
# Beyond the window, so that all is scored, and what is known of its sensors has its usual length.
RUN_READINGS: Final = 180
LAST: Final = 5  # messages that are priced
ARRIVES_MS: Final = 250


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest ``messages`` of a device as they are stored, the ``bodies`` they came in, and its
    newest ``record``."""

    messages: Sequence[Document]
    bodies: Sequence[bytes]
    record: Document


@cache
def run_pump(readings: int) -> Kept:
    """What is kept of a pump that sends so many *readings* a message, all eight channels."""
    return asyncio.run(_run(readings))


async def _run(readings: int) -> Kept:
    line = Line(packs=True)
    signal = SignalStream("north-pump-01", line.profile, seed=SEED, start_ms=START_MS)
    bodies: list[bytes] = []
    for seq in range(-(-RUN_READINGS // readings) + LAST):
        t, values = signal.take(readings)
        bodies.append(
            encode_body(
                line.profile.name, seq, t.tolist(), line.profile.channel_names, values.tolist()
            )
        )
        now_ms = int(t[-1]) + ARRIVES_MS
        await line.score(make_events([bodies[-1]], now_ms), now_ms=now_ms)
    sent = [json.loads(text) for text in line.store.sent]
    messages = [document for document in sent if "packed" in document]
    records = [document for document in sent if "lastSeq" in document]
    return Kept(messages[-LAST:], bodies[-LAST:], records[-1])
