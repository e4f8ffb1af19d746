"""Rollups in every implementation of their port."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contract import ports
from tests.contract.implementations import each
from tests.contract.ports import Archive
from tests.fakes.records import decided_message
from tocsin.domain.charts.cells import Cells
from tocsin.domain.charts.rollup import (
    DAY_MS,
    HOUR,
    HOUR_MS,
    MINUTE,
    MINUTE_MS,
    Rollup,
    cut_rollups,
)
from tocsin.domain.charts.rollup_progress import Arrival
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.errors import ChangedMeanwhileError
from tocsin.usecases.rollups.roll_up import RollupMemory, roll_up
from tocsin.usecases.showing.show_readings import show_readings

archive = each(
    fake=(ports.fake_archive, None),
    cosmos=(ports.cosmos_archive, "cosmos"),
    packed=(ports.packed_archive, "cosmos"),
)


def rollup(start: int, device_id: str = "rig-1", *, value: float = 1.0) -> Rollup:
    message = StoredMessage([start], {"heat_c": [value]}, [None], None, None)
    cells = Cells.of_messages([message], MINUTE_MS, from_t=start, to_t=start + 1)
    (made,) = cut_rollups(device_id, cells, MINUTE)
    return made


async def test_messages_come_by_their_first_reading_with_what_was_decided(archive: Archive) -> None:
    sent = [decided_message([t, t + 5], seq=t) for t in (30, 10, 20)]
    long = decided_message([1, 2 * HOUR_MS])
    await archive.store.save_readings([*sent, long, decided_message([15], device_id="rig-2")])
    found = [one async for one in archive.rollups.stream_messages("rig-1", from_t=15, to_t=20)]
    assert [list(message.t) for message in found] == [[1, 2 * HOUR_MS], [10, 15], [20, 25]]
    assert found[1] == StoredMessage(
        [10, 15], {"speed_rpm": [10, 15], "heat_c": [10, 15]}, [0.5, 0.5], 1.0, None, [False] * 2
    )
    assert await archive.rollups.find_oldest("rig-1") == 1
    assert await archive.rollups.find_oldest("rig-3") is None


async def test_rollups_are_listed_by_device_resolution_and_time(archive: Archive) -> None:
    rollups = archive.rollups
    assert await rollups.find_newest_rollup("rig-1") is None
    stretch = MINUTE.stretch_ms
    for start in (2 * stretch, 0, stretch, DAY_MS):
        await rollups.save_rollup(rollup(start))
    await rollups.save_rollup(rollup(9 * DAY_MS, "rig-2"))
    await rollups.save_rollup(replace(rollup(0), resolution=HOUR))
    found = await rollups.list_rollups("rig-1", MINUTE, from_t=1, to_t=2 * stretch)
    assert [one.start for one in found] == [stretch, 2 * stretch]
    assert await rollups.find_newest_rollup("rig-1") == DAY_MS
    (hour,) = await rollups.list_rollups("rig-1", HOUR, from_t=0, to_t=DAY_MS)
    assert hour.to_document() == replace(rollup(0), resolution=HOUR).to_document()


async def test_a_rollup_takes_the_place_only_of_what_was_read(archive: Archive) -> None:
    rollups = archive.rollups
    await rollups.save_rollup(rollup(0))
    with pytest.raises(ChangedMeanwhileError):
        await rollups.save_rollup(rollup(0, value=2.0))
    known = await rollups.find_rollup("rig-1", MINUTE, 0)
    assert known is not None
    await rollups.save_rollup(replace(rollup(0, value=3.0), etag=known.etag))
    with pytest.raises(ChangedMeanwhileError):
        await rollups.save_rollup(replace(rollup(0, value=4.0), etag=known.etag))
    known = await rollups.find_rollup("rig-1", MINUTE, 0)
    assert known is not None
    assert known.to_document() == rollup(0, value=3.0).to_document()
    assert await rollups.find_rollup("rig-1", MINUTE, MINUTE.stretch_ms) is None


async def test_readings_are_rolled_up_and_shown_the_same_in_every_database(
    archive: Archive,
) -> None:
    step = 20 * 1_000
    sent = [
        decided_message([t, t + step], seq=t % 7) for t in range(DAY_MS, 2 * DAY_MS, 10 * MINUTE_MS)
    ]
    late = decided_message([DAY_MS + 7], seq=9)
    memory = RollupMemory()
    for batch in (sent[:50], sent[50:], [late]):
        await archive.store.save_readings(batch)
        arrivals = [Arrival.from_document(message.to_document()) for message in batch]
        await roll_up(arrivals, rollups=archive.rollups, memory=memory)

    async def show(from_t: int, most: int) -> dict[str, Any]:
        return await show_readings(
            "rig-1", from_t=from_t, to_t=2 * DAY_MS, most=most, now_ms=0,
            fleet=archive.store, rollups=archive.rollups,
        )  # fmt: skip

    shown = await show(DAY_MS, 24)
    assert (shown["resolution"], shown["readings"]) == ("hour", 2 * len(sent) + 1)
    assert shown["points"]["readings"][:2] == [2 * 12 + 1, 2 * 12]
    shown = await show(DAY_MS, 5_000)
    assert (shown["resolution"], shown["readings"]) == ("minute", 2 * len(sent) + 1)
    assert shown["series"]["heat_c"]["max"][0] == step % 1_000 + (2 * DAY_MS) % 1_000 + 7
