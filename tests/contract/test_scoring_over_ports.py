"""What scoring and feedback keep is the same in every database, with two hosts at once as well."""

from __future__ import annotations

import asyncio

from tests.contract.ports import Store
from tests.fakes.messages import NOW, PROFILES, RIG, stream
from tests.fakes.models import FakeModel, spec_of
from tests.fakes.services import Plant
from tests.fakes.targets import TARGETS
from tests.fakes.thresholds import FakeThresholds
from tocsin.adapters.known.thresholds import KnownThresholds
from tocsin.usecases.feedback.give_feedback import apply_feedback, preview_feedback, reset_threshold
from tocsin.usecases.feedback.known_device import Judging


async def test_feedback_is_kept_and_undone_the_same_in_every_database(store: Store) -> None:
    plant = Plant(store=store)  # type: ignore[arg-type]  # any store will do for scoring
    plant.models.by_profile["rig"] = FakeModel(spec_of(RIG, threshold=20.0, clear_after=8))
    await plant.score(stream([8] * 10, odd=[*range(20, 26), *range(50, 56)]))
    judging = Judging(PROFILES, plant.models, TARGETS, store)
    shown = await preview_feedback("rig-1", {}, judging, now_ms=NOW)
    first, second = (alert.alert_id for alert, _ in shown.effects)
    done = await apply_feedback("rig-1", {first: "normal"}, judging, operator="ada", now_ms=NOW)
    known = KnownThresholds(
        store.device_thresholds, FakeThresholds().limits, refresh_s=30, clock_s=lambda: 0.0
    )
    assert await known.factors() == {"rig-1": done.factor}
    assert {alert.alert_id: effect for alert, effect in done.effects}[first] == "silenced"
    assert second in {alert.alert_id for alert, _ in done.effects}
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
