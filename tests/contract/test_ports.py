"""One suite for every implementation of a port: fakes and adapters keep the same promises.

So what a unit test shows over a fake holds over the service too.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.contract import ports
from tests.contract.implementations import each
from tests.contract.ports import ODD_SITES, Channel, Files, Letters, Store
from tests.fakes.activations import FakeActivations
from tests.fakes.bundles import bundle_files
from tests.fakes.messages import NOW, PROBE, PROFILES, RIG, envelope, stream
from tests.fakes.models import FakeModel, spec_of
from tests.fakes.records import decided_message, device_record, device_threshold, drift_record
from tests.fakes.services import Plant
from tests.fakes.targets import TARGETS
from tests.fakes.thresholds import FakeThresholds
from tocsin.adapters.device_thresholds import KnownThresholds
from tocsin.adapters.model_bundle import ActiveModels
from tocsin.adapters.published_bundles import PublishedBundles
from tocsin.adapters.signing_keys import SigningKeys
from tocsin.domain.adaptation import Usual
from tocsin.domain.alerts import Alert, AlertPosition
from tocsin.domain.dead_letters import DeadLetter, SidelinedAlert
from tocsin.domain.decisions import Standing
from tocsin.domain.errors import (
    ChangedMeanwhileError,
    DeliveryError,
    InvalidRequestError,
    RefusedError,
)
from tocsin.domain.letter_summary import LetterSummary
from tocsin.domain.scoring import Change
from tocsin.domain.stored_message import StoredMessage
from tocsin.usecases.give_feedback import (
    apply_feedback,
    preview_feedback,
    reset_threshold,
)
from tocsin.usecases.known_device import Judging
from tocsin.usecases.ports.operators import Live

# As the end of an address, this would be a reading's.
STEP = "../../readings/docs/1-0"


store = each(
    fake=(ports.fake_store, None),
    cosmos=(ports.cosmos_store, "cosmos"),
    packed=(ports.packed_store, "cosmos"),
)
letters = each(fake=(ports.fake_letters, None), blob=(ports.blob_letters, "azurite"))
files = each(fake=(ports.fake_files, None), blob=(ports.blob_files, "azurite"))
channel = each(fake=(ports.fake_channel, None), webpubsub=(ports.webpubsub_channel, "webpubsub"))
away_live = each(fake=(ports.fake_away_live, None), webpubsub=(ports.webpubsub_away_live, None))


async def shown(store: Store, **changes: Any) -> list[list[int]]:  # noqa: ANN401 (any parameter)
    wanted: dict[str, Any] = {"from_t": 0, "to_t": NOW, "most": 100, **changes}
    return [list(found.t) for found in await store.readings("rig-1", **wanted)]


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


async def test_what_is_refused_for_good_keeps_nothing_else_back(store: Store) -> None:
    no_text = "\ud800"
    too_large = decided_message(range(1, 100_000), device_id="rig-9")
    messages = [decided_message([1], device_id=no_text), decided_message([1]), too_large]
    for save in (store.save_readings, store.add_readings):
        refusals = await save(messages)
        assert [isinstance(refusal, RefusedError) for refusal in refusals] == [True, False, True]
    first, second = await store.save_alerts([alert(1, device_id=no_text), alert(1)])
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


async def test_a_device_is_as_its_newest_message_on_time_left_it(store: Store) -> None:
    first, second = (Standing(usual=Usual(ticks, 2)) for ticks in (-1, -2))
    known = device_record("rig-1", lastT=4)
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


def alert(t: int, change: Change = "raised", *, device_id: str = "rig-1") -> Alert:
    return Alert(
        change=change,
        alert_id=f"{device_id}-{t}",
        device_id=device_id,
        site_id="south" if device_id.startswith("south") else "north",
        profile="rig",
        t=t,
        score=None if change == "cleared" else 11.5,
        threshold=10.0,
        cause=None if change == "cleared" else "score",
        contributions={"speed_rpm": 0.25, "heat_c": 0.75},
        sensors={"heat_c": "stuck"},
        model_version="1-a",
        enqueued_at=t + 40,
    )


async def test_past_alerts_are_the_newest_of_a_device_oldest_first(store: Store) -> None:
    await store.save_alerts([alert(30), alert(10), alert(20, "cleared"), alert(40)])
    await store.save_alerts([alert(25, device_id="rig-2")])
    found = await store.past_alerts("rig-1", from_t=0, to_t=99, most=9)
    assert found == [alert(10), alert(20, "cleared"), alert(30), alert(40)]
    assert await store.past_alerts("rig-1", from_t=0, to_t=99, most=2) == [alert(30), alert(40)]
    assert await store.past_alerts("rig-1", from_t=20, to_t=30, most=9) == [
        alert(20, "cleared"),
        alert(30),
    ]
    assert await store.past_alerts("rig-3", from_t=0, to_t=99, most=9) == []


async def pages(
    store: Store, most: int, site_id: str | None = None, device_id: str | None = None
) -> list[list[Alert]]:
    """All pages of *most* alerts; between two of them a newer alert is raised."""
    found: list[list[Alert]] = []
    position, newer = None, 1_000
    while True:
        page = await store.alerts(site_id, device_id, before=position, most=most)
        found.append(list(page.alerts))
        position = page.older
        if position is None:
            return found
        assert AlertPosition.from_text(position.to_text()) == position
        await store.save_alerts([alert(newer)])
        newer += 1


async def test_alerts_are_listed_newest_first_by_site_and_by_device(store: Store) -> None:
    nothing = await store.alerts(None, None, before=None, most=9)
    assert (nothing.alerts, nothing.older) == ((), None)
    old, new, south = alert(10), alert(30, "cleared"), alert(20, device_id="south-1")
    await store.save_alerts([new, old, south])
    assert await pages(store, 9) == [[new, south, old]]
    assert await pages(store, 9, "north") == [[new, old]]
    assert await pages(store, 9, "south") == [[south]]
    assert await pages(store, 9, None, "south-1") == [[south]]
    assert await pages(store, 9, "north", "south-1") == [[]]
    assert await pages(store, 9, "west", "../x?") == [[]]


@pytest.mark.parametrize("most", [1, 2, 3, 4, 7, 8, 20])
async def test_every_alert_is_on_one_page_though_newer_ones_come_meanwhile(
    store: Store, most: int
) -> None:
    every = [alert(50), *(alert(40, device_id=f"rig-{n}") for n in range(1, 6)), alert(30),
             alert(20, "cleared"), alert(20), alert(20, device_id="rig-2"), alert(10)]  # fmt: skip
    await store.save_alerts(every[::-1])
    found = await pages(store, most)
    assert [alert for page in found for alert in page] == every
    assert all(len(page) == most for page in found[:-1])


async def test_changes_of_an_alert_are_found_by_its_id(store: Store) -> None:
    raised, other = alert(10), alert(10, device_id="rig-2")
    cleared = replace(alert(30, "cleared"), alert_id=raised.alert_id)
    await store.save_alerts([raised, cleared, other, alert(40)])
    found = await store.alert_changes([raised.alert_id, other.alert_id, "rig-3-1"])
    assert sorted(found, key=lambda change: change.position.order) == [cleared, raised, other]
    assert await store.alert_changes([]) == []


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


async def test_feedback_is_kept_and_undone_the_same_in_every_database(store: Store) -> None:
    plant = Plant(store=store)  # type: ignore[arg-type]  # any store will do for scoring
    plant.models.by_profile["rig"] = FakeModel(spec_of(RIG, threshold=20.0, clear_after=8))
    await plant.score(stream([8] * 10, odd=[*range(20, 26), *range(50, 56)]))
    judging = Judging(PROFILES, plant.models, TARGETS, store)
    shown = await preview_feedback("rig-1", {}, judging, now_ms=NOW)
    first, second = (one.alert_id for one, _ in shown.effects)
    done = await apply_feedback("rig-1", {first: "normal"}, judging, operator="ada", now_ms=NOW)
    known = KnownThresholds(
        store.device_thresholds, FakeThresholds().limits, refresh_s=30, clock_s=lambda: 0.0
    )
    assert await known.factors() == {"rig-1": done.factor}
    assert {one.alert_id: effect for one, effect in done.effects}[first] == "silenced"
    assert second in {one.alert_id for one, _ in done.effects}
    undone = await reset_threshold("rig-1", store, operator="ada", now_ms=NOW + 1)
    assert undone is not None
    assert undone.labels == {first: "normal"}
    assert await store.device_thresholds() == []


async def test_a_stream_is_stored_the_same_in_every_database(store: Store) -> None:
    log = [*stream([8] * 5, odd=range(20, 26)), *stream([5, 5], device_id="rig-2", seed=1)]
    plain = Plant()
    await plain.score(log)
    plant = Plant(store=store)  # type: ignore[arg-type]  # any store will do for scoring
    for cut in ([0, 1, 5], [2, 6, 1], [3, 4, 3]):
        await plant.score([log[index] for index in cut])
        plant.restart()
    for device_id in ("rig-1", "rig-2"):
        found = await store.readings(device_id, from_t=0, to_t=NOW, most=99)
        expected = await plain.store.readings(device_id, from_t=0, to_t=NOW, most=99)
        assert found == expected
        assert await store.device(device_id) == await plain.store.device(device_id)


async def test_two_hosts_at_once_store_what_one_would(store: Store) -> None:
    log = [*stream([8] * 6, odd=range(20, 26)), *stream([5] * 6, device_id="rig-2", seed=1)]
    plain = Plant()
    await plain.score(log)
    old, new = (Plant(store=store) for _ in range(2))  # type: ignore[arg-type]  # any will do
    await old.score([log[0], log[6], log[1]])
    # The new owner begins at the last checkpoint while the old one still works on its batch.
    await asyncio.gather(old.score([log[7], log[2], log[8]]), new.score(log[1:4] + log[7:10]))
    await asyncio.gather(new.score(log[4:6] + log[10:]), old.score([log[3], log[9]]))
    await old.score([log[2], log[8], log[3]])
    for device_id in ("rig-1", "rig-2"):
        assert await store.device(device_id) == await plain.store.device(device_id)
        found = await store.readings(device_id, from_t=0, to_t=NOW, most=99)
        assert found == await plain.store.readings(device_id, from_t=0, to_t=NOW, most=99)
    alerts = await store.alerts(None, None, before=None, most=99)
    expected = await plain.store.alerts(None, None, before=None, most=99)
    assert alerts.alerts == expected.alerts
    assert len(alerts.alerts) > 0


async def test_a_dead_letter_is_kept_once_with_every_byte(letters: Letters) -> None:
    body = bytes(range(256)) * 1_100
    letter = DeadLetter(envelope(body, sequence_number=7), "too-large", "281600 bytes")
    await letters.box.put(letter)
    await letters.box.put(letter)
    assert await letters.paths() == [letter.path]
    found = await letters.read(letter.path)
    assert found == letter.document()
    assert base64.b64decode(found["body"]) == body


async def test_dead_letters_of_two_events_are_two(letters: Letters) -> None:
    for number in (1, 2):
        await letters.box.put(DeadLetter(envelope(b"x", sequence_number=number), "not-json", ""))
    assert len(await letters.paths()) == 2


async def test_dead_letters_are_listed_by_day_read_and_marked(letters: Letters) -> None:
    message = DeadLetter(envelope(b"\xff", sequence_number=7), "not-json", "no JSON")
    odd = {"deviceId": "\ud800", "id": "../x", "siteId": "x" * 60_000}
    alert = SidelinedAlert(odd, "refused", "too long", NOW + 86_400_000)
    for letter in (message, alert):
        await letters.box.put(letter)
    day = datetime.fromtimestamp(message.at / 1_000, tz=UTC).date()
    (listed,) = await letters.box.list_day(day, most=9)
    assert listed == LetterSummary(
        listed.letter_id, message.at, "message", "not-json", None, message.device_id
    )
    assert await letters.box.list_day(day - timedelta(days=1), most=9) == []
    (later,) = await letters.box.list_day(day + timedelta(days=1), most=9)
    assert (later.kind, later.reason, later.at) == ("alert", "refused", alert.at)
    assert later.device_id == "?", "no text at all, and told all the same"
    assert await letters.box.read(later.letter_id) == {**alert.document(), "replayedAt": None}
    await letters.box.mark_replayed(listed.letter_id, 77)
    await letters.box.mark_replayed("2026-01-01-0-0-0", 77)
    assert await letters.box.read(listed.letter_id) == {**message.document(), "replayedAt": 77}
    assert await letters.box.list_day(day, most=9) == [replace(listed, replayed_at=77)]
    await letters.box.put(message)
    assert await letters.box.list_day(day, most=9) == [listed], "refused again, it is open again"


@pytest.mark.parametrize("name", ["2026-01-01-0-0-0", "../../models/x", "", "x" * 5_000, "\ud800"])
async def test_what_is_no_dead_letter_is_not_found(letters: Letters, name: str) -> None:
    assert await letters.box.read(name) is None


async def test_a_file_is_read_whole_or_not_there(files: Files) -> None:
    content = bytes(range(256)) * 30_000
    await files.write("rig/1/model.pt2", content)
    await files.write("rig/empty", b"")
    assert await files.read("rig/1/model.pt2") == content
    assert await files.read("rig/empty") == b""
    assert await files.read("rig/2/model.pt2") is None


async def test_the_published_versions_of_a_profile_are_listed(files: Files) -> None:
    for path in (
        "rig/2-b/bundle.json", "rig/2-b/model.pt2", "rig/1-a/bundle.json", "rig/active.json",
        "rig/3-c/model.pt2", "rigs/9-z/bundle.json",
    ):  # fmt: skip
        await files.write(path, b"x")
    found = await files.list_versions("rig")
    assert sorted(version for version, _ in found) == ["1-a", "2-b"]
    assert await files.list_versions("probe") == []


async def test_the_active_model_comes_out_of_the_files(files: Files) -> None:
    now_s = 0.0
    models = ActiveModels(
        PublishedBundles(files.read, SigningKeys()),
        FakeActivations(),
        refresh_s=30,
        clock_s=lambda: now_s,
    )
    for path, content in bundle_files(RIG, "1-a").items():
        await files.write(path, content)
    model = await models.current(RIG)
    assert model is not None
    assert model.spec.version == "1-a"
    score, shares, sensors = model.score(np.ones((3, RIG.window, 2), dtype=np.float32))
    assert (score.shape, shares.shape, sensors.shape) == ((3,), (3, 2), (3, 2))
    assert await models.current(PROBE) is None


async def test_live_messages_reach_those_who_watch_the_site_in_order(channel: Channel) -> None:
    for number in range(3):
        await channel.live.send("north", {"type": "alert", "n": number, "text": "ü"})
    await channel.live.send("south", {"type": "telemetry", "devices": []})
    assert await channel.sent_to("north", 3) == [
        {"type": "alert", "n": number, "text": "ü"} for number in range(3)
    ]
    assert await channel.sent_to("south", 1) == [{"type": "telemetry", "devices": []}]


async def test_sites_of_any_name_are_watched_apart(channel: Channel) -> None:
    for site_id in ODD_SITES:
        await channel.live.send(site_id, {"type": "telemetry", "siteId": site_id})
    for site_id in ODD_SITES:
        assert await channel.sent_to(site_id, 1) == [{"type": "telemetry", "siteId": site_id}]


async def test_a_live_service_that_stays_away_is_a_failed_delivery(
    away_live: Live,
) -> None:
    with pytest.raises(DeliveryError):
        await away_live.send("north", {"type": "alert"})


async def test_a_client_gets_an_address_of_its_own(channel: Channel) -> None:
    url = await channel.live.client_url("ada", "north")
    assert url.startswith("ws://")
