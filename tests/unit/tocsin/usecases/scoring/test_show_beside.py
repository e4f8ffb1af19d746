"""What is shown live keeps nothing waiting, and nothing that waits grows without bound."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from tests.fakes.live import FakeLive
from tests.fakes.messages import stream
from tests.fakes.services import Plant
from tocsin.domain.messages.json_text import measure_json
from tocsin.usecases.scoring.show_beside import LiveBeside

SOON_S = 0.02


def reading(device_id: str, t: int) -> dict[str, Any]:
    return {device_id: {"deviceId": device_id, "t": t}}


def shown(live: FakeLive) -> list[tuple[str, list[tuple[str, int]]]]:
    return [
        (site, [(device["deviceId"], device["t"]) for device in message["devices"]])
        for site, message in live.sent
    ]


async def test_while_the_live_service_hangs_batch_after_batch_is_stored() -> None:
    plant = Plant()
    plant.live.hangs = True
    for message in stream([4] * 5):
        async with asyncio.timeout(1):
            await plant.score([message])
    assert len(plant.store.all("readings")) == 5
    plant.live.answer_again()
    await plant.live_beside.settle()
    first, last = plant.live.sent
    assert [len(message["devices"]) for _, message in (first, last)] == [1, 1]
    assert last[1]["devices"][0]["t"] == plant.store.all("devices")[0]["lastT"]
    assert plant.live_beside.dropped == 3, "the newest takes the place of what waits"


async def test_a_site_that_hangs_delays_no_other() -> None:
    live = FakeLive()
    beside = LiveBeside(live, every_s=0)
    live.hangs = True
    beside.offer("north", reading("a", 1))
    await asyncio.sleep(0)
    live.hangs = False
    beside.offer("south", reading("b", 1))
    for _ in range(5):  # turns of the loop, no time
        await asyncio.sleep(0)
    assert shown(live) == [("south", [("b", 1)])]
    live.answer_again()
    await beside.settle()


async def test_readings_of_other_devices_wait_together() -> None:
    live = FakeLive()
    live.hangs = True
    beside = LiveBeside(live, every_s=0)
    beside.offer("north", reading("a", 1))
    await asyncio.sleep(0)
    for device_id, t in (("a", 2), ("b", 2), ("a", 3)):
        beside.offer("north", reading(device_id, t))
    live.answer_again()
    await beside.settle()
    assert shown(live) == [("north", [("a", 1)]), ("north", [("a", 3), ("b", 2)])]
    assert beside.dropped == 1


async def test_so_many_devices_wait_and_no_more() -> None:
    live = FakeLive()
    live.hangs = True
    beside = LiveBeside(live, every_s=0, most_waiting=3)
    beside.offer("north", reading("a", 1))
    await asyncio.sleep(0)
    for number in range(10):
        beside.offer("north", reading(f"d{number}", 1))
    live.answer_again()
    await beside.settle()
    assert shown(live)[1] == ("north", [("d7", 1), ("d8", 1), ("d9", 1)])
    assert beside.dropped == 7


async def test_a_site_gets_one_message_an_interval_whatever_comes_meanwhile() -> None:
    live = FakeLive()
    beside = LiveBeside(live, every_s=SOON_S)
    started = asyncio.get_running_loop().time()
    for t in range(200):
        beside.offer("north", reading(f"d{t % 3}", t))
        await asyncio.sleep(SOON_S / 20)
    await beside.settle()
    lasted = asyncio.get_running_loop().time() - started
    assert 2 <= len(live.sent) <= lasted / SOON_S + 1
    newest = {device: t for _, devices in shown(live) for device, t in devices}
    assert newest == {"d0": 198, "d1": 199, "d2": 197}, "nobody is left with an old reading"


async def test_what_does_not_fit_comes_next_and_nobody_waits_for_ever() -> None:
    live = FakeLive()
    size = measure_json(reading("d0", 1)["d0"])
    beside = LiveBeside(live, every_s=0, most_bytes=3 * size)
    live.hangs = True
    beside.offer("north", reading("first", 1))
    await asyncio.sleep(0)
    for t in (1, 2):  # the second time each keeps its place
        for number in range(8):
            beside.offer("north", reading(f"d{number}", t))
    live.answer_again()
    await beside.settle()
    sizes = [(len(message["devices"]), message["waiting"]) for _, message in live.sent]
    assert sizes == [(1, 0), (3, 5), (3, 2), (2, 0)]
    order = [device for _, devices in shown(live)[1:] for device, t in devices if t == 2]
    assert order == [f"d{number}" for number in range(8)]


async def test_a_reading_that_is_too_large_by_itself_goes_alone() -> None:
    live = FakeLive()
    beside = LiveBeside(live, every_s=0, most_bytes=10)
    beside.offer("north", {**reading("a", 1), **reading("b", 1)})
    await beside.settle()
    assert shown(live) == [("north", [("a", 1)]), ("north", [("b", 1)])]


async def test_each_message_has_its_time_and_a_failure_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    live = FakeLive()
    # Time enough for a busy machine to send what does not hang.
    beside = LiveBeside(live, every_s=0, within_s=0.3)
    live.hangs = True
    for t in range(3):
        beside.offer("north", reading("a", t))
        await beside.settle()
    live.hangs, live.away = False, True
    beside.offer("north", reading("a", 3))
    await beside.settle()
    live.away = False
    for t in range(4, 6):
        beside.offer("north", reading("a", t))
        await beside.settle()
    assert shown(live) == [("north", [("a", 4)]), ("north", [("a", 5)])]
    assert beside.dropped == 4
    assert [record.getMessage() for record in caplog.records] == [
        "Live telemetry of site 'north' is not sent: not within 0.3 s",
        "Live telemetry of site 'north' is sent again; 4 readings were not shown",
    ]


def test_a_process_that_ends_waits_for_nothing_that_hangs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def end_while_it_hangs() -> None:
        live = FakeLive()
        live.hangs = True
        LiveBeside(live).offer("north", reading("a", 1))
        await asyncio.sleep(0)

    asyncio.run(end_while_it_hangs())  # as the worker does: it cancels what is left
    assert not caplog.records
