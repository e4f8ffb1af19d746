"""What was measured before comes out of every database as the same arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.contract.ports import Store
from tests.fakes.messages import PROBE, RIG
from tests.fakes.records import decided_message
from tocsin.domain.charts.stored_message import StoredMessage


async def test_a_history_is_the_newest_readings_before_a_time_in_order(store: Store) -> None:
    messages = [decided_message([n * 10 + 1, n * 10 + 2, n * 10 + 3]) for n in range(20)]
    await store.save_readings(messages)
    found = await store.history("rig-1", RIG, before_t=152, count=5)
    assert found.t.tolist() == [133, 141, 142, 143, 151]
    assert found.t.dtype == np.int64
    assert found.values.dtype == np.float32
    assert found.values.tolist() == [[t, t] for t in found.t.tolist()]
    everything = await store.history("rig-1", RIG, before_t=10_000, count=1_000)
    assert everything.t.tolist() == [t for sent in messages for t in sent.scored.message.times]


async def test_a_history_is_one_devices_and_one_profiles(store: Store) -> None:
    await store.save_readings(
        [
            decided_message([1]),
            decided_message([2], device_id="rig-2"),
            decided_message([3], profile=PROBE),
        ]
    )
    assert (await store.history("rig-1", RIG, before_t=9, count=9)).t.tolist() == [1]
    empty = await store.history("rig-1", RIG, before_t=1, count=9)
    assert (empty.t.shape, empty.values.shape) == ((0,), (0, 2))


async def test_a_history_has_nan_where_a_value_or_a_channel_is_missing(store: Store) -> None:
    await store.save_readings(
        [
            decided_message([1, 2], channels={"heat_c": [None, 5]}),
            decided_message([3], channels={"heat_c": [6]}),
        ]
    )
    found = await store.history("rig-1", RIG, before_t=9, count=9)
    np.testing.assert_array_equal(found.values, [[np.nan, np.nan], [np.nan, 5], [np.nan, 6]])


async def test_a_history_puts_late_readings_in_their_place_once(store: Store) -> None:
    await store.save_readings(
        [decided_message([10, 20, 30]), decided_message([15, 20, 25], seq=1), decided_message([40])]
    )
    found = await store.history("rig-1", RIG, before_t=99, count=6)
    assert found.t.tolist() == [10, 15, 20, 25, 30, 40]


async def test_a_history_is_of_one_epoch_of_the_devices_clock(store: Store) -> None:
    await store.save_readings(
        [decided_message([10, 20]), decided_message([15, 20], epoch=7), decided_message([25])]
    )
    assert (await store.history("rig-1", RIG, before_t=99, count=9)).t.tolist() == [10, 20, 25]
    found = await store.history("rig-1", RIG, before_t=99, count=9, epoch=7)
    assert found.t.tolist() == [15, 20]


async def test_what_is_stored_of_a_time_is_found_with_all_its_values(store: Store) -> None:
    other: dict[str, Any] = {"speed_rpm": [8, 9], "heat_c": [None, 9]}
    await store.save_readings(
        [
            decided_message([10, 20, 30]),
            decided_message([20, 30], channels=other, seq=1, epoch=7),
            decided_message([20], profile=PROBE),
            decided_message([20], device_id="rig-2"),
            decided_message([5, 50]),
        ]
    )
    first, second = await store.stored("rig-1", RIG, from_t=20, to_t=40)
    assert (first.t.tolist(), second.t.tolist()) == ([20, 30], [20, 30])
    found = np.stack((first.values, second.values))
    expected = [[20, 20], [30, 30]], [[8, np.nan], [9, 9]]
    order = 0 if found[0, 0, 0] == 20 else 1
    np.testing.assert_array_equal(found[order], expected[0])
    np.testing.assert_array_equal(found[1 - order], expected[1])
    assert [len(part.t) for part in await store.stored("rig-1", RIG, from_t=6, to_t=9)] in ([], [0])


async def test_the_first_messages_of_a_stretch_are_one_devices_and_one_profiles(
    store: Store,
) -> None:
    await store.save_readings(
        [decided_message([t, t + 5], model_version="1-a") for t in (50, 10, 20, 30, 40)]
        + [decided_message([11], device_id="rig-2"), decided_message([12], profile=PROBE)]
    )

    async def first(from_t: int, to_t: int, most: int) -> list[int]:
        found = await store.first_messages("rig-1", "rig", from_t=from_t, to_t=to_t, most=most)
        return [kept.t[0] for kept in found]

    assert await first(10, 50, 9) == [10, 20, 30, 40]
    assert await first(11, 51, 2) == [20, 30]
    assert await first(60, 90, 9) == []
    (found,) = await store.first_messages("rig-1", "rig", from_t=10, to_t=11, most=1)
    assert found == StoredMessage(
        t=[10, 15],
        channels={"speed_rpm": [10, 15], "heat_c": [10, 15]},
        score=[0.5, 0.5],
        threshold=None,
        model_version="1-a",
    )
