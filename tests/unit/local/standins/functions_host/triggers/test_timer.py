"""When a timer fires again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import azure.functions as func
import pytest
from azure.storage.blob.aio import BlobServiceClient

from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.invocations.invocation import Invoker
from local.standins.functions_host.state.timer_status import TimerStatus, TimerStatusStore
from local.standins.functions_host.triggers.timer import TimerListener

NOWHERE = "http://127.0.0.1:9/account"  # so frequent a timer keeps no status


async def _run(schedule: str, lasting_s: list[float], **more: object) -> list[tuple[float, float]]:
    """Seconds at which each firing began and ended, the firings *lasting_s* each."""
    stopping = asyncio.Event()
    spans: list[tuple[float, float]] = []
    left = [*lasting_s]

    async def call(timer: func.TimerRequest) -> None:
        began = datetime.now(UTC).timestamp()
        await asyncio.sleep(left.pop(0))
        spans.append((began, datetime.now(UTC).timestamp()))
        if not left:
            stopping.set()

    async with BlobServiceClient(NOWHERE) as blobs:
        listener = TimerListener(
            AppFunction("f", call, {"type": "timerTrigger", "name": "timer", "schedule": schedule}),
            settings={},
            statuses=TimerStatusStore(blobs, "host"),
            invoker=Invoker(timeout=None, default_retry=None, threads=1, stopping=stopping),
            stopping=stopping,
        )
        await asyncio.wait_for(listener.run(), 20)
    return spans


async def test_firing_that_overruns_its_next_time_is_followed_at_once() -> None:
    first, second, third = await _run("* * * * * *", [1.2, 0.0, 0.0])
    assert first[1] - first[0] >= 1.2
    assert second[0] - first[1] < 0.3  # not lost
    assert 0.1 < third[0] - second[1] <= 1.0  # and only once


async def test_interval_counts_from_the_firing_and_not_from_its_end() -> None:
    first, second = await _run("00:00:01", [0.6, 0.0])
    assert second[0] - first[0] == pytest.approx(1.0, abs=0.3)


def test_status_before_the_first_firing_says_so() -> None:
    now = datetime.now(UTC)
    assert TimerStatus.before_first_firing(now, now).since == now
