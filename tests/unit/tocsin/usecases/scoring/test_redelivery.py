"""However events are cut into batches, delivered again or broken off, the same is stored once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.documents import CrashError
from tests.fakes.messages import stream
from tests.fakes.services import Plant
from tests.unit.tocsin.usecases.scoring.deliveries import (
    Delivery,
    Scenario,
    deliver,
    run,
    scenarios,
    undisturbed,
)


@given(scenarios())
async def test_any_cut_and_any_redelivery_store_the_same(scenario: Scenario) -> None:
    plant = await run(scenario.batches)
    assert plant.store.snapshot() == (await undisturbed(scenario.log)).store.snapshot()


@given(st.data())
async def test_message_by_message_stores_the_same_as_one_large_message(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 12), min_size=1, max_size=12))
    odd = data.draw(st.lists(st.integers(0, 60), max_size=30))
    gaps_s = data.draw(st.dictionaries(st.integers(1, 60), st.sampled_from([1, 2, 5])))
    parts = stream(sizes, odd=odd, gaps_s=gaps_s)
    (whole,) = stream([sum(sizes)], odd=odd, gaps_s=gaps_s)

    streamed = (await run([Delivery((part,), fresh=False) for part in parts])).store
    at_once = (await run([Delivery((whole,), fresh=False)])).store

    (expected,) = at_once.all("readings")
    found = sorted(streamed.all("readings"), key=lambda one: int(one["seq"]))
    for field in ("t", "score", "anomalous"):
        assert [value for one in found for value in one[field]] == expected[field]
    for name, shares in expected["contributions"].items():
        none = {name: [0.0] * 12}  # as many as the longest message has
        told = [(one["contributions"] or none)[name][: len(one["t"])] for one in found]
        assert [share for part in told for share in part] == shares
    decided = [
        [(one["id"], one["alertId"], one["score"]) for one in store.all("alerts")]
        for store in (streamed, at_once)
    ]
    assert decided[0] == decided[1]


@given(scenarios(), st.data())
async def test_a_crash_after_any_write_is_made_good_by_the_next_delivery(
    scenario: Scenario, data: st.DataObject
) -> None:
    plain = (await run(scenario.batches)).store
    crash_after = data.draw(st.integers(0, len(plain.writes)))

    plant = Plant()
    await deliver(plant, scenario.batches, crash_after=crash_after)
    assert plant.store.snapshot() == plain.snapshot()


@pytest.mark.parametrize("crash_after", range(8))
@pytest.mark.parametrize("keeps_memory", [False, True])
async def test_a_crash_within_one_batch_of_alerts_is_made_good(
    crash_after: int, keeps_memory: bool
) -> None:
    log = stream([8] * 5, odd=range(20, 24))
    expected = (await undisturbed(log)).store
    assert len(expected.writes) == 8
    plant = Plant()
    plant.store.crash_after = crash_after
    with pytest.raises(CrashError):
        await plant.score(log)
    plant.store.crash_after = None
    if not keeps_memory:
        plant.restart()
    await plant.score(log)
    assert plant.store.snapshot() == expected.snapshot()


async def test_a_restart_between_two_messages_changes_no_score() -> None:
    log = stream([3] * 10, odd=[15, 16, 17])
    plant = Plant()
    for message in log:
        plant.restart()
        await plant.score([message])
    assert plant.store.snapshot() == (await undisturbed(log)).store.snapshot()


async def test_a_new_message_behind_an_old_one_is_scored_with_all_that_came_before() -> None:
    log = stream([3] * 6)
    plant = Plant()
    await plant.score(log[:5])
    plant.restart()
    await plant.score([log[1], log[5]])
    assert plant.store.snapshot() == (await undisturbed(log)).store.snapshot()


async def test_after_an_old_message_the_next_is_scored_with_all_that_came_before() -> None:
    log = stream([3] * 6)
    plant = Plant()
    await plant.score(log[:5])
    await plant.score([log[1]])
    await plant.score([log[5]])
    assert plant.store.snapshot() == (await undisturbed(log)).store.snapshot()
