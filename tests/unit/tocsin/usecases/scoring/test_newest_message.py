"""A device's record may be older than its messages: nothing is lost of it, whoever goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW, stream
from tests.fakes.services import Plant
from tests.fakes.store import FakeStore
from tests.unit.tocsin.usecases.scoring.deliveries import Scenario, deliver, scenarios, undisturbed
from tocsin.domain.messages.telemetry import Envelope

EVERY_MS = 8_000


def lazy(store: FakeStore | None = None) -> Plant:
    return Plant(store=store or FakeStore(), record_every_ms=EVERY_MS)


def sent_each_s(sizes: Sequence[int], **kinds: Any) -> list[Envelope]:  # noqa: ANN401 (of stream)
    """A message a second by the hub's clock."""
    log = stream(sizes, **kinds)
    return [replace(sent, enqueued_at=NOW + 1_000 * seq) for seq, sent in enumerate(log)]


def records_of(plant: Plant) -> int:
    return [container for container, _ in plant.store.writes].count("devices")


async def recall(store: FakeStore, last: Envelope) -> list[dict[str, Any]]:
    """The records, once somebody new has had a message that was delivered again."""
    await lazy(store).score([last])
    return store.all("devices")


async def test_a_quiet_device_is_recorded_now_and_again_and_shown_each_time() -> None:
    plant = lazy()
    for message in sent_each_s([1] * 33):
        await plant.score([message])
    assert len(plant.store.all("readings")) == 33
    assert records_of(plant) == 5, "without a score, with the first score, and each 8 s"
    assert len(plant.live.sent) == 33
    assert plant.store.reads == 2, "record and history, when nobody knew it yet"


async def test_what_happens_to_a_device_is_recorded_at_once() -> None:
    log = sent_each_s([1] * 40, odd=[20, 21, 22])
    plant, at_once = lazy(), Plant()
    told: list[list[Any]] = []
    for message in log:
        await plant.score([message])
        await at_once.score([message])
        (stale,), (fresh,) = plant.store.all("devices"), at_once.store.all("devices")
        events = ("alert", "clearedAt", "anomalous", "sensors", "siteId", "modelVersion")
        assert [stale[name] for name in events] == [fresh[name] for name in events]
        assert fresh["enqueuedAt"] - stale["enqueuedAt"] < EVERY_MS
        told.append(stale["alert"])
    assert any(told)
    assert told[-1] is None


async def test_who_comes_new_renews_the_record_though_nothing_new_is_delivered() -> None:
    """The process ended between the messages and the record that an alert asked for."""
    log = sent_each_s([1] * 30, odd=range(27, 30))
    plant = lazy()
    await plant.score(log[:10])
    plant.store.refused = {("devices", "rig-1")}
    await plant.score(log[10:])
    plant.store.refused = set()
    (old,) = plant.store.all("devices")
    assert (old["lastSeq"], old["alert"]) == (9, None)
    (new,) = await recall(plant.store, log[-1])
    assert new == (await undisturbed(log)).store.all("devices")[0]
    assert new["alert"]


async def test_a_record_that_is_refused_keeps_nobody_from_scoring(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = sent_each_s([4] * 8)
    plant = lazy()
    for message in log[:4]:
        await plant.score([message])
    plant.restart()
    plant.store.refused = {("devices", "rig-1")}
    await plant.score(log[4:5])
    assert "stays old" in caplog.text
    assert len(plant.store.all("readings")) == 5


@given(scenarios(), st.data())
async def test_whatever_is_killed_whenever_the_same_is_decided(
    scenario: Scenario, data: st.DataObject
) -> None:
    """As if each record were written with each message."""
    plain = (await undisturbed(scenario.log)).store
    crash_after = data.draw(st.integers(0, len(plain.writes)))
    plant = lazy()
    await deliver(plant, scenario.batches, crash_after=crash_after)
    for container in ("readings", "alerts"):
        assert plant.store.all(container) == plain.all(container)
    by_device = {message.device_id: message for message in scenario.log}
    for message in by_device.values():
        await recall(plant.store, message)
    assert plant.store.all("devices") == plain.all("devices")


@given(st.data())
async def test_whoever_owns_a_device_the_same_is_decided(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=4, max_size=12))
    log = sent_each_s(sizes, odd=data.draw(st.lists(st.integers(0, 40), max_size=16)))
    store = FakeStore()
    hosts = [lazy(store), lazy(store)]
    done = 0
    while done < len(log):
        start = data.draw(st.integers(max(0, done - 3), done))
        end = data.draw(st.integers(done + 1, min(len(log), done + 4)))
        host = data.draw(st.sampled_from(hosts))
        await host.score(log[start:end])
        done = end
    plain = (await undisturbed(log)).store
    for container in ("readings", "alerts"):
        assert store.all(container) == plain.all(container)
    assert await recall(store, log[-1]) == plain.all("devices")
