"""What it costs scoring that the app watches itself: traces and metrics.

``python -m benchmarks.watching --json`` prints one JSON object. Three instances of the function
score the same batches in one process on one core, by turns in a random order: 256 messages of 10
readings each, with the histories in memory (``benchmarks.scoring``).

- ``off_ratio``: processor time of a batch that is followed while nothing is asked for, over that of
  one that nobody follows
- ``on_ratio``: the same with 1 % of messages traced and everything measured, and both sent at the
  end of each batch, which is far more often than the app does
- ``plain_ms``: processor time of a batch that nobody follows

Of the rounds the quickest tenth counts: what else runs on the machine can only add to a time. What
is sent goes to the stand-in of Application Insights, a process of its own.
"""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import azure.functions as func
import numpy as np

from benchmarks import report
from benchmarks.scoring import keep_one_core
from benchmarks.scoring_path import READINGS, SEED, Follow, Line, end_ms, make_batches
from local import services
from local.endpoints import Endpoints
from tocsin.adapters.insights.meter import InsightsMeter, insights_metric_exporter
from tocsin.adapters.insights.traces import InsightsTraces, insights_exporter
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.tracing.span import Invocation
from tocsin.usecases.ports.metering import UNMETERED, Meter
from tocsin.usecases.ports.tracing import Traces
from tocsin.usecases.scoring.meter_batch import BatchMeter
from tocsin.usecases.scoring.trace_batch import NOWHERE, BatchTrace

DEVICES: Final = 256
ROUNDS: Final = 100
SHARE: Final = 0.01
NEVER_S: Final = 3_600  # by itself; what is measured is sent when a batch is done


def measure(*, devices: int = DEVICES, rounds: int = ROUNDS) -> dict[str, Any]:
    """Start a stand-in of our own in a temporary folder and measure beside it."""
    with tempfile.TemporaryDirectory(prefix="tocsin-watching-") as folder:
        endpoints = Endpoints.free("127.0.0.1")
        child = services.make_insights(endpoints, Path(folder))
        child.start()
        try:
            keep_one_core()
            return asyncio.run(_measure_all(endpoints.insights_connection, devices, rounds))
        finally:
            child.stop()


async def _measure_all(connection: str, devices: int, rounds: int) -> dict[str, Any]:
    traces = InsightsTraces(insights_exporter(connection, os.environ), SHARE)
    meter = InsightsMeter(insights_metric_exporter(connection, os.environ), NEVER_S)
    try:
        ways = {
            "plain": _Way(Line()),
            "off": _Way(Line(follow=follow_with(NOWHERE, UNMETERED))),
            "on": _Way(Line(follow=follow_with(traces, meter)), traces, meter),
        }
        times = await _time_rounds([*ways.values()], devices, rounds)
    finally:
        traces.close()
        meter.close()
    plain, off, on = ([of_round[at] for of_round in times] for at in range(len(ways)))
    return {
        "off_ratio": _compare(off, plain),
        "on_ratio": _compare(on, plain),
        "plain_ms": round(_take_quickest(plain) * 1e3, 2),
        "rounds": rounds,
        "seed": SEED,
    }


class _Way:
    """A line of scoring, and what is to be sent when a batch of it is done."""

    def __init__(
        self, line: Line, traces: InsightsTraces | None = None, meter: InsightsMeter | None = None
    ) -> None:
        self.line = line
        self._traces = traces
        self._meter = meter

    async def time_batch(self, events: Sequence[func.EventHubEvent], now_ms: int) -> float:
        """Seconds of processor time, those of the threads that send included."""
        self.line.store.sent.clear()
        started = time.process_time()
        await self.line.score(events, now_ms=now_ms)
        if self._traces is not None and self._meter is not None:
            await asyncio.to_thread(self._traces.flush)
            await asyncio.to_thread(self._meter.flush)
        return time.process_time() - started


def follow_with(traces: Traces, meter: Meter) -> Follow:
    """What follows a batch, as the trigger makes it."""

    def follow(envelopes: Sequence[Envelope], now_ms: int) -> tuple[BatchTrace, BatchMeter]:
        trace = BatchTrace(envelopes, traces, Invocation("score_telemetry", "measured"))
        return trace, BatchMeter(envelopes, meter, now_ms=lambda: now_ms)

    return follow


async def _time_rounds(ways: Sequence[_Way], devices: int, rounds: int) -> list[list[float]]:
    """By round and way the seconds of a batch, once every history is full."""
    profile = ways[0].line.profile
    filling = -(-profile.window // READINGS)
    times: list[list[float]] = []
    generator = np.random.default_rng(SEED)
    every = make_batches(profile, devices=devices, count=filling + rounds)
    for seq, events in enumerate(every):
        taken = [0.0] * len(ways)
        for at in generator.permutation(len(ways)).tolist():
            # So that none of the three clears up what the others left.
            gc.collect()
            taken[at] = await ways[at].time_batch(events, end_ms(seq + 1, profile))
        if seq >= filling:
            times.append(taken)
    return times


def _compare(ours: Sequence[float], plain: Sequence[float]) -> float:
    return round(_take_quickest(ours) / _take_quickest(plain), 4)


def _take_quickest(times: Sequence[float]) -> float:
    """The mean of the quickest tenth."""
    return statistics.mean(sorted(times)[: max(1, len(times) // 10)])


if __name__ == "__main__":
    report.main("benchmarks.watching", __doc__, measure)
