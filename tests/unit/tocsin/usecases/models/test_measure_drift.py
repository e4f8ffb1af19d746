from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.fakes.machines import PRESS
from tests.fakes.messages import NOW, PROBE, PROFILES, RIG
from tests.fakes.records import decided_message, device_record
from tests.fakes.references import FakeReferences
from tests.fakes.store import FakeStore
from tocsin.domain.models.drift import reference_of
from tocsin.usecases.models.measure_drift import (
    DAY_MS,
    MESSAGES_A_STRETCH,
    MOST_DEVICES,
    READINGS_A_MESSAGE,
    STRETCHES,
    measure_drift,
)

VERSION = "1-a"
MINUTE_MS = 60_000


def values(count: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=(count, 2))


def references() -> FakeReferences:
    known = FakeReferences()
    sample = values(20_000)
    known.by_profile["rig"] = (VERSION, reference_of([np.abs(sample[:, 0])], [sample], RIG))
    return known


async def a_day(
    store: FakeStore,
    *,
    devices: int = 4,
    shift: float = 0.0,
    score_shift: float = 0.0,
    version: str = VERSION,
    hours: int = 24,
    readings: int = 30,
) -> None:
    """A message every ten minutes from each device, up to now."""
    for device in range(devices):
        device_id = f"rig-{device}"
        await store.save_devices([device_record(device_id)])
        for number in range(hours * 6):
            rows = values(readings, seed=device * 1_000 + number) + np.array([0.0, shift])
            t = NOW - (number + 1) * 10 * MINUTE_MS + np.arange(readings) * 1_000
            message = decided_message(
                t.tolist(),
                device_id=device_id,
                channels={"speed_rpm": rows[:, 0].tolist(), "heat_c": rows[:, 1].tolist()},
                score=(np.abs(rows[:, 0]) + score_shift).tolist(),
                model_version=version,
            )
            await store.save_readings([message])


async def measured(store: FakeStore, known: FakeReferences | None = None) -> dict[str, Any]:
    """The rig's drift document, as it was saved."""
    records = await measure_drift(
        PROFILES.values(),
        references=known or references(),
        fleet=store,
        drifts=store,
        now_ms=NOW,
    )
    assert [record.profile for record in records] == list(PROFILES)
    saved = await store.drift("rig")
    assert saved == records[0]
    return saved.to_document()


async def test_devices_that_send_what_the_bundle_was_made_on_are_stable() -> None:
    store = FakeStore()
    await a_day(store)
    found = await measured(store)
    assert (found["state"], found["reason"]) == ("stable", None)
    assert 0 <= found["figure"] < 0.05
    assert found["readings"] == 4 * STRETCHES * MESSAGES_A_STRETCH * 30
    assert (found["devices"], found["modelVersion"]) == (4, VERSION)
    assert (found["from"], found["to"]) == (NOW - DAY_MS, NOW)


async def test_a_channel_that_moved_is_named() -> None:
    store = FakeStore()
    await a_day(store, shift=2.0)
    found = await measured(store)
    assert (found["state"], found["largest"]) == ("drifted", "heat_c")
    assert found["figure"] == found["channels"]["heat_c"] > 0.25 > found["channels"]["speed_rpm"]


async def test_scores_that_moved_are_named_unless_another_version_gave_them() -> None:
    store = FakeStore()
    await a_day(store, score_shift=3.0)
    found = await measured(store)
    assert (found["state"], found["largest"], found["figure"]) == (
        "drifted",
        "score",
        found["score"],
    )
    store = FakeStore()
    await a_day(store, score_shift=3.0, version="1-old")
    found = await measured(store)
    assert (found["state"], found["score"]) == ("stable", None)


async def test_without_a_reference_the_reason_is_given_and_other_profiles_are_measured() -> None:
    store = FakeStore()
    await a_day(store)
    await measured(store)
    probe = await store.drift(PROBE.name)
    assert probe is not None
    assert (probe.state, probe.figure, probe.model_version) == ("unknown", None, None)
    assert probe.reason == "profile 'probe' has no active bundle"


@pytest.mark.parametrize(
    ("devices", "hours", "reason"),
    [
        (0, 24, "0 readings of the last day are too few"),
        (4, 1, "480 readings of the last day are too few"),
        (12, 1, "readings from 1 of 13 parts of the day are too few"),
    ],
)
async def test_too_small_a_sample_is_unknown(devices: int, hours: int, reason: str) -> None:
    store = FakeStore()
    await a_day(store, devices=devices, hours=hours)
    found = await measured(store)
    assert (found["state"], found["reason"]) == ("unknown", reason)


async def test_the_sample_is_bounded_whatever_the_fleet_sends() -> None:
    store = FakeStore()
    await a_day(store, devices=MOST_DEVICES + 5, hours=3, readings=READINGS_A_MESSAGE * 3)
    found = await measured(store)
    assert found["devices"] == MOST_DEVICES
    stretches = 2
    per_device = stretches * MESSAGES_A_STRETCH * READINGS_A_MESSAGE
    assert found["readings"] <= MOST_DEVICES * per_device
    # The list of devices, and then each device's stretches.
    assert store.reads <= 1 + MOST_DEVICES * STRETCHES + 1


async def test_devices_that_were_taken_away_are_not_asked_for() -> None:
    store = FakeStore()
    await a_day(store)
    gone = NOW - DAY_MS - 1
    await store.save_devices([device_record(f"a-{number}", lastT=gone) for number in range(200)])
    assert (await measured(store))["devices"] == 4


async def test_a_database_that_stays_away_fails_the_measurement() -> None:
    store = FakeStore()
    store.away = True
    with pytest.raises(OSError, match="away"):
        await measured(store)


async def test_what_is_measured_at_rest_is_no_drift() -> None:
    """A press rests for half of each message: its readings then have no score."""
    store, known = FakeStore(), FakeReferences()
    sample = values(20_000)
    known.by_profile["press"] = (VERSION, reference_of([np.abs(sample[:, 0])], [sample], PRESS))
    await store.save_devices([device_record("press-1", profile="press")])
    for number in range(144):
        at_work, at_rest = values(30, seed=number), np.full((30, 2), -150.0)
        rows = np.concatenate((at_work, at_rest))
        t = NOW - (number + 1) * 10 * MINUTE_MS + np.arange(60) * 1_000
        message = decided_message(
            t.tolist(),
            device_id="press-1",
            profile=PRESS,
            channels={"force_kn": rows[:, 0].tolist(), "heat_c": rows[:, 1].tolist()},
            score=[*np.abs(at_work[:, 0]).tolist(), *[None] * 30],
            model_version=VERSION,
        )
        await store.save_readings([message])
    (record,) = await measure_drift(
        [PRESS], references=known, fleet=store, drifts=store, now_ms=NOW
    )
    assert record.state == "stable", record
