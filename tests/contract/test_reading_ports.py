"""Readings are kept and found by their times the same in every database."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.ports import Store
from tests.fakes.alerts import raise_alert
from tests.fakes.messages import NOW
from tests.fakes.records import decided_message, device_record
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.errors import InvalidRequestError, RefusedError


async def shown(store: Store, **changes: Any) -> list[list[int]]:  # noqa: ANN401 (any parameter)
    wanted: dict[str, Any] = {"from_t": 0, "to_t": NOW, "most": 100, **changes}
    return [list(found.t) for found in await store.readings("rig-1", **wanted)]


async def test_what_is_refused_for_good_keeps_nothing_else_back(store: Store) -> None:
    no_text = "\ud800"
    too_large = decided_message(range(1, 100_000), device_id="rig-9")
    messages = [decided_message([1], device_id=no_text), decided_message([1]), too_large]
    for save in (store.save_readings, store.add_readings):
        refusals = await save(messages)
        assert [isinstance(refusal, RefusedError) for refusal in refusals] == [True, False, True]
    first, second = await store.save_alerts([raise_alert(no_text, 1), raise_alert("rig-1", 1)])
    assert isinstance(first, RefusedError)
    assert second is None
    records = [device_record(name) for name in (no_text, "9" * 1_100, "a/b", "rig-1")]
    *broken, saved = await store.save_devices(records)
    assert [type(refusal) for refusal in broken] == [RefusedError] * 3
    assert isinstance(saved, str)
    assert len(await store.readings("rig-1", from_t=0, to_t=NOW, most=9)) == 1
    assert len(await store.past_alerts("rig-1", from_t=0, to_t=NOW, most=9)) == 1


async def test_messages_of_one_device_are_saved_each_with_its_own_answer(store: Store) -> None:
    """Together they are one transaction, which one of them may fail."""
    no_text = {"speed_rpm": ["\ud800"], "heat_c": [1.0]}
    messages = [
        decided_message([1]),
        decided_message([2], channels=no_text),  # type: ignore[arg-type]  # no number, on purpose
        *(decided_message([t]) for t in range(3, 130)),
        decided_message([7], device_id="rig-2"),
    ]
    refusals = await store.save_readings(messages)
    assert [position for position, refusal in enumerate(refusals) if refusal] == [1]
    found = await store.readings("rig-1", from_t=0, to_t=NOW, most=999)
    assert [list(message.t) for message in found] == [[1], *([t] for t in range(3, 130))]
    assert len(await store.readings("rig-2", from_t=0, to_t=NOW, most=9)) == 1


async def test_when_messages_came_is_found_by_when_they_begin(store: Store) -> None:
    messages = [decided_message([t, t + 5]) for t in (100, 200, 300)]
    await store.save_readings(messages)

    async def starts(from_t: int, to_t: int, most: int) -> list[int]:
        found = await store.arrivals("rig-1", from_t=from_t, to_t=to_t, most=most)
        assert all(each.readings == 2 for each in found)
        assert all(each.last_t == each.first_t + 5 for each in found)
        return [each.first_t for each in found]

    assert await starts(100, 300, 9) == [100, 200, 300]
    assert await starts(101, 299, 9) == [200]
    assert await starts(0, 999, 2) == [100, 200]
    assert await store.arrivals("no", from_t=0, to_t=999, most=9) == []


async def test_readings_are_those_that_overlap_a_range_oldest_first(store: Store) -> None:
    await store.save_readings(
        [decided_message([30, 40]), decided_message([10, 20]), decided_message([50, 60])]
    )
    assert await shown(store) == [[10, 20], [30, 40], [50, 60]]
    assert await shown(store, from_t=20, to_t=30) == [[10, 20], [30, 40]]
    assert await shown(store, from_t=21, to_t=29) == []
    assert await shown(store, from_t=35, to_t=36) == [[30, 40]]


async def test_a_long_message_is_found_wherever_it_overlaps(store: Store) -> None:
    hour = 3_600_000
    await store.save_readings(
        [decided_message([0, 9 * hour]), decided_message([8 * hour]), decided_message([5])]
    )
    assert await shown(store, from_t=8 * hour, to_t=8 * hour + 1) == [[0, 9 * hour], [8 * hour]]
    assert await shown(store, from_t=9 * hour) == [[0, 9 * hour]]
    assert await shown(store, from_t=9 * hour + 1) == []
    found = await store.scores("rig-1", from_t=8 * hour, to_t=NOW, most=1)
    assert [list(message.t) for message in found] == [[0, 9 * hour]]


async def test_too_many_readings_are_refused_not_cut(store: Store) -> None:
    await store.save_readings([decided_message([t, t + 1, t + 2]) for t in range(1, 301, 3)])
    assert len(await shown(store, most=300)) == 100
    with pytest.raises(InvalidRequestError, match="more than 299 readings; ask for a shorter"):
        await shown(store, most=299)


async def test_saving_again_changes_nothing_but_the_content(store: Store) -> None:
    await store.save_readings([decided_message([1]), decided_message([2])])
    await store.save_readings([decided_message([1], score=[9.0])])
    await store.save_readings([])
    found = await store.readings("rig-1", from_t=0, to_t=9, most=9)
    assert [(kept.t, kept.score) for kept in found] == [([1], [9.0]), ([2], [0.5])]


async def test_adding_leaves_what_is_stored_as_it_is(store: Store) -> None:
    await store.save_readings([decided_message([1], score=[1.0])])
    await store.add_readings([decided_message([1], score=[2.0]), decided_message([2], score=[3.0])])
    await store.add_readings([decided_message([1], device_id="rig-2")])
    found = await store.readings("rig-1", from_t=0, to_t=9, most=9)
    assert [kept.score for kept in found] == [[1.0], [3.0]]
    assert len(await store.readings("rig-2", from_t=0, to_t=9, most=9)) == 1


async def test_scores_are_those_of_messages_that_overlap_a_range(store: Store) -> None:
    await store.save_readings(
        [
            decided_message([t, t + 5], score=[None, t / 2], model_version="1-a")
            for t in (30, 10, 20)
        ]
    )
    found = await store.scores("rig-1", from_t=15, to_t=20, most=9)
    assert found == [StoredMessage([t, t + 5], {}, [None, t / 2], None, "1-a") for t in (10, 20)]
    first = await store.scores("rig-1", from_t=0, to_t=99, most=1)
    assert [kept.t for kept in first] == [[10, 15]]
