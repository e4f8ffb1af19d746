"""However events are cut into batches, delivered again or broken off, the same is stored once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.documents import CrashError
from tests.fakes.messages import PROBE, stream
from tests.fakes.services import Plant
from tocsin.domain.messages.telemetry import Envelope


@dataclass(frozen=True)
class Delivery:
    """One batch as it is delivered, maybe to a process that has just started."""

    events: tuple[Envelope, ...]
    fresh: bool


@dataclass(frozen=True)
class Scenario:
    """What a partition holds, and how it is delivered."""

    log: list[Envelope]
    batches: list[Delivery]


@st.composite
def fleets(draw: st.DrawFn) -> list[Envelope]:
    """The messages of a few devices, each device's in order, as a partition would hold them."""
    waiting = [
        stream(
            draw(st.lists(st.integers(1, 9), min_size=1, max_size=8)),
            seed=seed,
            odd=draw(st.lists(st.integers(0, 40), max_size=25)),
            gaps_s=draw(st.dictionaries(st.integers(1, 40), st.sampled_from([1, 2, 5]))),
            device_id=f"device-{seed}",
            site_id=draw(st.sampled_from(["north", "south"])),
            **({"profile": PROBE} if seed == 1 else {}),
        )
        for seed in range(draw(st.integers(1, 2)))
    ]
    log: list[Envelope] = []
    while any(waiting):
        of_device = draw(st.sampled_from([one for one in waiting if one]))
        log.append(of_device.pop(0))
    return log


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """At least once and in order: a batch goes on from the last, or from before, or comes twice."""
    log = draw(fleets())
    found: list[Delivery] = []
    done = 0
    while done < len(log):
        start = draw(st.integers(max(0, done - 4), done))
        done = draw(st.integers(done + 1, min(len(log), done + 6)))
        found.append(Delivery(tuple(log[start:done]), draw(st.booleans())))
        if draw(st.booleans()):
            found.append(Delivery(tuple(log[start:done]), draw(st.booleans())))
    return Scenario(log, found)


async def run(batches: Sequence[Delivery]) -> Plant:
    plant = Plant()
    for batch in batches:
        if batch.fresh:
            plant.restart()
        await plant.score(batch.events)
    return plant


async def undisturbed(log: Sequence[Envelope]) -> Plant:
    return await run([Delivery(tuple(log), fresh=False)])


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
    plant.store.crash_after = crash_after
    for batch in scenario.batches:
        if batch.fresh:
            plant.restart()
        try:
            await plant.score(batch.events)
        except CrashError:
            plant.store.crash_after = None
            plant.restart()
            await plant.score(batch.events)

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
