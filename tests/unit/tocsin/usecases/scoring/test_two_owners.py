"""Two processes that believe the same partition theirs: the older one writes nothing back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import RIG, stream
from tests.fakes.services import Plant
from tests.fakes.store import FakeStore
from tocsin.domain.errors import ChangedMeanwhileError
from tocsin.domain.messages.telemetry import Envelope


def host(store: FakeStore) -> Plant:
    """A process of its own over the same database."""
    return Plant(store=store)


async def undisturbed(log: Sequence[Envelope]) -> FakeStore:
    plant = Plant()
    await plant.score(log)
    return plant.store


async def test_an_old_owner_overwrites_no_newer_state() -> None:
    log = stream([4] * 8, odd=[20, 21, 22])
    old, new = host(store := FakeStore()), None
    await old.score(log[:3])
    new = host(store)
    await new.score(log[3:])
    await old.score(log[3:5])
    assert store.all("devices")[0]["lastSeq"] == 7
    assert store.snapshot() == (await undisturbed(log)).snapshot()
    kept = old.memory.get("rig-1")
    assert kept is not None
    assert (kept.last_seq, kept.etag) == (7, store.etags["rig-1"]), "it was read again"


async def test_a_new_owner_that_is_overtaken_by_the_old_one_goes_on_from_what_that_wrote() -> None:
    log = stream([4] * 8)
    old, new = host(store := FakeStore()), host(store)
    await old.score(log[:3])

    async def write_late() -> None:
        await old.score(log[3:4])

    store.meanwhile = [write_late]
    outcome = await new.score(log[3:5])
    # What it had stored itself by then counts, and is not decided a second time.
    assert (outcome.messages, outcome.late) == (2, 2)
    await new.score(log[5:])
    assert store.snapshot() == (await undisturbed(log)).snapshot()


async def test_devices_that_nobody_else_wrote_are_scored_once() -> None:
    log, other = stream([4] * 4), stream([4] * 4, device_id="rig-2", seed=1)
    old, new = host(store := FakeStore()), host(store)
    await old.score([*log[:2], *other[:2]])
    await new.score(log[2:4])
    writes = len(store.writes)
    await old.score([log[2], other[2]])
    written = [container for container, _ in store.writes[writes:]]
    assert written.count("devices") == 1
    assert store.all("devices")[1]["lastSeq"] == 2


async def test_a_batch_whose_devices_are_always_overtaken_comes_again() -> None:
    log = stream([4] * 12)
    store = FakeStore()
    mine = host(store)
    await mine.score(log[:1])

    async def write_first() -> None:
        record = await store.device("rig-1")
        assert record is not None
        await store.save_devices([record])
        store.meanwhile = [write_first]

    store.meanwhile = [write_first]
    with pytest.raises(ChangedMeanwhileError):
        await mine.score(log[1:])
    store.meanwhile = []
    await mine.score(log[1:])
    assert store.snapshot() == (await undisturbed(log)).snapshot()


async def test_the_record_of_a_steady_device_costs_one_write_a_batch() -> None:
    plant = Plant()
    log = stream([RIG.window] * 4)
    await plant.score(log[:1])
    reads, writes = plant.store.reads, len(plant.store.writes)
    for message in log[1:]:
        await plant.score([message])
    assert plant.store.reads == reads
    assert len(plant.store.writes) - writes == 2 * 3


@given(st.data())
async def test_however_two_owners_take_turns_the_same_is_stored(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=4, max_size=12))
    odd = data.draw(st.lists(st.integers(0, 40), max_size=16))
    log = stream(sizes, odd=odd)
    store = FakeStore()
    hosts = [host(store), host(store)]
    positions = [0, 0]
    while min(positions) < len(log):
        turn = data.draw(st.integers(0, 1))
        start = positions[turn]
        count = data.draw(st.integers(1, 4))
        # The new owner begins at the checkpoint, which is never ahead of what was stored.
        await hosts[turn].score(log[start : start + count])
        positions[turn] = min(start + count, len(log))
        if data.draw(st.booleans()):
            hosts[turn].restart()
        if positions[turn] == len(log):
            positions[1 - turn] = max(positions[1 - turn], len(log) - 3)
            await hosts[1 - turn].score(log[positions[1 - turn] :])
            break
    assert store.all("devices")[0]["lastSeq"] == len(log) - 1
    assert store.snapshot() == (await undisturbed(log)).snapshot()
