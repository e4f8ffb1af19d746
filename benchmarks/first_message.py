"""``python -m benchmarks.first_message``: a new process scores one message of a known device."""

from __future__ import annotations

import asyncio
import sys

from benchmarks.scoring_path import READINGS, Line, end_ms, make_batches


async def first_message() -> int:
    """How many windows were scored: none before the device's last message here."""
    line = Line()
    filling = -(-line.profile.window // READINGS)
    for seq, events in enumerate(make_batches(line.profile, devices=1, count=filling)):
        await line.score(events, now_ms=end_ms(seq + 1, line.profile))
    watched = line.watched
    if watched is None or not watched.passes:
        raise RuntimeError("the last message got no score")
    return len(watched.passes[-1])


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(first_message())}\n")
