"""What operators set is known within a minute, without a read for each message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import pytest

from tests.fakes.records import device_threshold
from tests.fakes.thresholds import FakeThresholds
from tocsin.adapters.known.thresholds import REFRESH_S, KnownThresholds
from tocsin.domain.devices.device_threshold import DeviceThreshold
from tocsin.domain.errors import DeliveryError


class Watched:
    """Known thresholds over documents in memory, on a clock of the test's own."""

    def __init__(self, *documents: DeviceThreshold) -> None:
        self.documents = list(documents)
        self.reads = 0
        self.away = False
        self.broken = False
        self.now_s = 1_000.0
        self.known = KnownThresholds(
            self.read, FakeThresholds().limits, refresh_s=REFRESH_S, clock_s=lambda: self.now_s
        )

    async def read(self) -> list[DeviceThreshold]:
        self.reads += 1
        await asyncio.sleep(0)
        if self.away:
            raise DeliveryError("the database is away")
        if self.broken:
            raise KeyError("factor")
        return [*self.documents]

    async def after_refresh(self) -> Mapping[str, float]:
        """What is known once a due look-up is over."""
        self.now_s += REFRESH_S
        await self.known.factors()
        async with asyncio.timeout(20):
            while len(asyncio.all_tasks()) > 1:
                await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
        return await self.known.factors()


async def test_they_are_read_once_however_many_batches_ask() -> None:
    watched = Watched(device_threshold("a", 1.5))
    found = await asyncio.gather(*(watched.known.factors() for _ in range(20)))
    assert found == [{"a": 1.5}] * 20
    watched.now_s += REFRESH_S - 1
    await watched.known.factors()
    assert watched.reads == 1


async def test_what_is_set_and_undone_is_known_after_the_refresh() -> None:
    watched = Watched()
    assert await watched.known.factors() == {}
    watched.documents = [device_threshold("a", 2), device_threshold("b", 0.75)]
    assert await watched.after_refresh() == {"a": 2.0, "b": 0.75}
    watched.documents = []
    assert await watched.after_refresh() == {}
    assert REFRESH_S <= 30, "with the look-up's own time, within a minute"


async def test_a_look_up_that_is_due_is_not_waited_for() -> None:
    watched = Watched(device_threshold("a", 2))
    await watched.known.factors()
    watched.documents = []
    watched.now_s += REFRESH_S
    assert await watched.known.factors() == {"a": 2.0}


async def test_a_failing_look_up_goes_on_as_before_and_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watched = Watched(device_threshold("a", 2))
    await watched.known.factors()
    watched.away = True
    with caplog.at_level(logging.WARNING):
        assert await watched.after_refresh() == {"a": 2.0}
    assert "not looked up, going on as before" in caplog.text
    watched.away = False
    watched.documents = []
    assert await watched.after_refresh() == {}


async def test_an_unexpected_failure_is_logged_whole_and_pauses_like_any_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watched = Watched(device_threshold("a", 2))
    await watched.known.factors()
    watched.broken = True
    assert await watched.after_refresh() == {"a": 2.0}
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)
    watched.now_s += REFRESH_S - 1
    for _ in range(20):
        assert await watched.known.factors() == {"a": 2.0}
        await asyncio.sleep(0)  # a look-up that had begun would read now
    assert watched.reads == 2, "not once for each batch"
    watched.broken = False
    watched.documents = []
    assert await watched.after_refresh() == {}


async def test_the_first_look_up_that_fails_fails_the_batch_and_is_made_again() -> None:
    watched = Watched(device_threshold("a", 2))
    watched.away = True
    with pytest.raises(DeliveryError):
        await watched.known.factors()
    watched.away = False
    assert await watched.known.factors() == {"a": 2.0}
