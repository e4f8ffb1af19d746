"""Devices are kept, listed and looked up the same in every database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.ports import ODD_SITES, Store
from tests.fakes.messages import NOW
from tests.fakes.records import decided_message, device_record, device_threshold, drift_record
from tocsin.domain.errors import ChangedMeanwhileError
from tocsin.domain.judging.adaptation import Usual
from tocsin.domain.judging.decisions import Standing

# As the end of an address, this would be a reading's.
STEP = "../../readings/docs/1-0"


async def test_a_device_is_read_as_it_was_last_saved(store: Store) -> None:
    assert await store.device("rig-1") is None
    await store.save_devices([device_record("rig-1", run=1), device_record("rig-2")])
    await store.save_devices([device_record("rig-1", run=2)])
    assert await store.device("rig-1") == device_record("rig-1", run=2)
    assert await store.device("rig-3") is None


async def test_a_record_takes_the_place_only_of_the_one_it_follows_from(store: Store) -> None:
    first = replace(device_record("rig-1"), etag=None)
    other = replace(device_record("rig-2"), etag=None)
    mark, _ = await store.save_devices([first, other])
    assert isinstance(mark, str)
    read = await store.device("rig-1")
    assert read is not None
    assert read.etag == mark
    (newer,) = await store.save_devices([replace(device_record("rig-1", run=2), etag=mark)])
    assert isinstance(newer, str)
    assert newer != mark
    again, stale, fine = await store.save_devices(
        [first, replace(device_record("rig-1", run=3), etag=mark), device_record("rig-2", run=4)]
    )
    assert isinstance(again, ChangedMeanwhileError)
    assert isinstance(stale, ChangedMeanwhileError)
    assert isinstance(fine, str)
    assert await store.device("rig-1") == device_record("rig-1", run=2)
    assert await store.device("rig-2") == device_record("rig-2", run=4)
    (gone,) = await store.save_devices([replace(device_record("rig-3"), etag=mark)])
    assert isinstance(gone, ChangedMeanwhileError)


async def test_a_device_is_as_its_newest_message_on_time_left_it(store: Store) -> None:
    first, second = (Standing(usual=Usual(ticks, 2)) for ticks in (-1, -2))
    known = device_record("rig-1", lastT=4, latest={"speed_rpm": 1.0, "heat_c": 2.0})
    await store.save_readings(
        [
            decided_message([1, 4], seq=1, standing=Standing()),
            decided_message([5, 6], seq=2, standing=first),
            decided_message(
                [8, 1_009], seq=3, standing=second,
                channels={"heat_c": [None, 7.5]}, score=[None, 2.5],
            ),
            decided_message([2_000], seq=9),
            decided_message([2_000], seq=9, device_id="rig-2", standing=first),
        ]
    )  # fmt: skip
    newest = await store.find_newer(known)
    assert newest is not None
    newer = newest.record
    assert newest.readings == 2
    assert (newer.last_t, newer.last_seq, newer.standing) == (1_009, 3, second)
    assert newer.latest == {"speed_rpm": None, "heat_c": 7.5}
    assert (newer.score, newer.threshold, newer.anomalous, newer.sensors) == (2.5, 1.0, False, {})
    assert (newer.site_id, newer.profile, newer.model_version) == ("north", "rig", "1-a")
    assert newer.etag == known.etag
    assert await store.find_newer(newer) is None
    before = await store.find_before(known, before_t=8)
    assert before is not None
    assert (before.record.last_t, before.record.standing) == (6, first)
    assert await store.find_before(known, before_t=1) is None
    assert await store.find_before(known, before_t=8, epoch=5) is None
    assert await store.find_newer(device_record("rig-3")) is None


@pytest.mark.parametrize("device_id", ["a?b", "a/b", "a\\b", "50%", "%2F", "ü", "a b", "..", STEP])
async def test_whatever_is_asked_for_is_not_there(store: Store, device_id: str) -> None:
    await store.save_readings([decided_message([1])])
    assert await store.device(device_id) is None
    assert await store.devices(device_id) == []
    assert await store.readings(device_id, from_t=0, to_t=NOW, most=9) == []


async def test_a_device_id_may_hold_what_the_hub_allows(store: Store) -> None:
    device_id = "Rig-1.:+%_*!(),=@;$'"
    await store.save_devices([device_record(device_id)])
    assert await store.device(device_id) == device_record(device_id)


async def test_devices_are_listed_by_id_and_site(store: Store) -> None:
    assert await store.devices(None) == []
    assert await store.sites() == []
    await store.save_devices(
        [device_record("b"), device_record("c", siteId="south"), device_record("a")]
    )
    assert await store.devices(None) == [
        device_record("a"),
        device_record("b"),
        device_record("c", siteId="south"),
    ]
    assert await store.devices("north") == [device_record("a"), device_record("b")]
    assert await store.devices("west") == []
    assert await store.sites() == ["north", "south"]


async def test_sites_of_any_name_are_found_apart(store: Store) -> None:
    names = {f"rig-{n}": site_id for n, site_id in enumerate(ODD_SITES)}
    await store.save_devices([device_record(name, siteId=names[name]) for name in names])
    for name, site_id in names.items():
        assert [device.device_id for device in await store.devices(site_id)] == [name]
    await store.save_devices([device_record("rig-a"), device_record("rig-b", siteId=" <\n")])
    assert await store.sites() == sorted([*ODD_SITES, "north"]), "what is no site is not listed"


async def test_who_was_not_heard_is_found_without_the_others(store: Store) -> None:
    heard = {"a": 100, "b": 200, "c": 300, "d": 150, "e": 120}
    await store.save_devices([device_record(name, enqueuedAt=heard[name]) for name in heard])

    async def list_quiet(before: int, after: str, most: int) -> tuple[list[str], str | None]:
        page = await store.list_quiet(heard_before_ms=before, after=after, most=most)
        return [device.device_id for device in page.devices], page.last

    assert await list_quiet(200, "", 2) == (["a", "d"], "d")
    assert await list_quiet(200, "d", 2) == (["e"], None)
    assert await list_quiet(100, "", 9) == ([], None)
    found = await store.find_heard(["a", "b", "c", "no"], since_ms=200)
    assert sorted(device.device_id for device in found) == ["b", "c"]
    assert await store.find_heard([], since_ms=0) == []


async def test_the_last_drift_of_a_profile_is_kept(store: Store) -> None:
    assert await store.drift("rig") is None
    await store.save_drift(drift_record("rig", 0.1))
    await store.save_drift(drift_record("rig", 0.2))
    await store.save_drift(drift_record("probe", None))
    assert await store.drift("rig") == drift_record("rig", 0.2)
    assert await store.drift("probe") == drift_record("probe", None)
    assert await store.drift("pump") is None


async def test_a_database_that_answers_is_well(store: Store) -> None:
    await store.ping()
    await store.save_devices([device_record("rig-1")])
    await store.ping()
    assert await store.device("rig-1") == device_record("rig-1")


async def test_a_devices_own_threshold_is_set_found_and_undone(store: Store) -> None:
    one, other = device_threshold("rig-1", 1.5), device_threshold("Rig:2%", 2.5)
    assert await store.device_threshold("rig-1") is None
    await store.save_device_threshold(device_threshold("rig-1", 3.5))
    await store.save_device_threshold(one)
    await store.save_device_threshold(other)
    await store.save_drift(drift_record("rig", 0.1))
    assert await store.device_threshold("rig-1") == one
    assert await store.device_threshold("Rig:2%") == other
    found = await store.device_thresholds()
    assert sorted(found, key=lambda known: known.device_id) == [other, one]
    for _ in range(2):
        await store.delete_device_threshold("rig-1")
    assert await store.device_thresholds() == [other]
