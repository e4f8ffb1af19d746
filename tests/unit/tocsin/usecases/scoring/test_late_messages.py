"""Late messages: kept and scored at their own time, deciding nothing about now."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import RIG, stream
from tests.fakes.models import FakeModel, spec_of
from tests.fakes.services import Plant
from tocsin.domain.messages.telemetry import Envelope
from tocsin.usecases.ports.documents import Document


def by_seq(plant: Plant) -> dict[int, dict[str, object]]:
    return {int(one["seq"]): one for one in plant.store.all("readings")}


def without_decision(document: Document) -> Document:
    """Late readings are judged by the device's threshold, whatever came before them, and nothing
    follows from them. Contributions are told of what is anomalous."""
    decided = ("threshold", "anomalous", "standing", "rhythm", "notScored", "habits", "late")
    left = {name: value for name, value in document.items() if name not in decided}
    shares, odd = left.pop("contributions"), document["anomalous"]
    assert bool(shares) == any(odd)
    sums = [sum(of_reading) for of_reading in zip(*shares.values(), strict=True)]
    assert [total > 0 for total in sums] == (odd if shares else [])
    return left


async def all_of(log: list[Envelope]) -> Plant:
    plant = Plant()
    await plant.score(log)
    return plant


async def test_a_late_burst_is_stored_and_scored_with_the_windows_of_its_own_time() -> None:
    log = stream([8] * 6, odd=range(25, 31))
    plant = Plant()
    await plant.score([*log[:3], *log[5:]])
    (device,) = plant.store.all("devices")

    outcome = await plant.score(log[3:5])

    assert outcome.late == 2
    assert outcome.alerts == 0
    assert plant.store.all("alerts") == [], "what is long past raises nothing"
    assert plant.store.all("devices") == [device]
    in_order = by_seq(await all_of(log))
    for seq in (3, 4):
        assert without_decision(by_seq(plant)[seq]) == without_decision(in_order[seq])


async def test_a_batch_in_another_order_is_judged_in_that_of_its_times() -> None:
    log = stream([8] * 6, odd=range(25, 31))
    plant = Plant()
    await plant.score([*log[:3], log[5], log[4], log[3]])
    assert plant.store.all("alerts") != []
    assert plant.store.snapshot() == (await all_of(log)).store.snapshot()


async def test_late_readings_take_their_place_in_the_windows_of_later_ones() -> None:
    log = stream([4, 1, 4, 4])
    for restarts in (False, True):
        plant = Plant()
        for seq in (0, 2, 1):
            await plant.score([log[seq]])
        if restarts:
            plant.restart()
        await plant.score([log[3]])
        found, in_order = by_seq(plant)[3], by_seq(await all_of(log))[3]
        assert (found["threshold"], found["anomalous"]) == (
            in_order["threshold"],
            in_order["anomalous"],
        )
        assert without_decision(found) == without_decision(in_order)


async def test_a_late_message_sends_nothing_live() -> None:
    log = stream([8] * 3)
    plant = Plant()
    await plant.score([log[0], log[2]])
    plant.live.sent.clear()
    await plant.score([log[1]])
    assert plant.live.sent == []


async def test_what_is_stored_is_not_scored_anew_by_another_model() -> None:
    log = stream([8] * 3)
    plant = Plant()
    await plant.score(log)
    before = plant.store.snapshot()
    plant.models.by_profile["rig"] = FakeModel(spec_of(RIG, version="fake-2"))
    await plant.score(log)
    plant.restart()
    await plant.score(log[1:])
    assert plant.store.snapshot() == before


@given(st.data())
async def test_late_and_repeated_messages_move_nothing_back_and_raise_nothing_twice(
    data: st.DataObject,
) -> None:
    log = stream([4] * 8, odd=data.draw(st.lists(st.integers(0, 32), max_size=20)))
    order = data.draw(st.permutations(range(8)))
    repeats = data.draw(st.lists(st.sampled_from(order), max_size=6))
    restarts = data.draw(st.sets(st.integers(0, 13)))

    plant = Plant()
    newest = -1
    for index, seq in enumerate([*order, *repeats]):
        if index in restarts:
            plant.restart()
        before = plant.store.snapshot()
        await plant.score([log[seq]])
        after = plant.store.snapshot()
        if seq < newest:
            assert after["devices"] == before["devices"]
            assert after["alerts"] == before["alerts"]
        if index >= len(order):
            assert after == before
        newest = max(newest, seq)
        assert after["devices"][0]["lastSeq"] == newest
    assert len(plant.store.all("readings")) == 8
