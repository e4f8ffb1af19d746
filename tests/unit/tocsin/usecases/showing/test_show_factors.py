"""The factor of each device, and by whose doing it is what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.messages import PROFILES, RIG
from tests.fakes.models import THRESHOLD, FakeModels
from tests.fakes.records import device_record, device_threshold
from tests.fakes.services import Plant, fake_models
from tests.fakes.targets import TARGETS
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.judging.adaptation import Pace, Usual
from tocsin.domain.judging.decisions import Rule, threshold_in_force
from tocsin.usecases.showing.show_factors import DeviceFactor, show_factors

PACE = Pace.of(RIG.period_s)
TICKS = PACE.grain * 20


def learned(device_id: str, ticks: int, readings: int) -> DeviceRecord:
    record = device_record(device_id)
    return replace(record, standing=replace(record.standing, usual=Usual(ticks, readings)))


async def ask(
    plant: Plant, *devices: DeviceRecord, models: FakeModels | None = None
) -> list[DeviceFactor]:
    return await show_factors(
        devices,
        profiles=PROFILES,
        models=models or plant.models,
        store=plant.store,
        targets=TARGETS,
    )


async def test_a_new_device_has_that_of_its_profile() -> None:
    (found,) = await ask(Plant(), learned("rig-1", -TICKS, PACE.learns_for - 1))
    assert (found.factor, found.threshold, found.source) == (1.0, THRESHOLD, "profile")
    assert (found.learned_from, found.learns_for) == (PACE.learns_for - 1, PACE.learns_for)
    assert (found.set_by, found.set_at) == (None, None)


async def test_a_device_unlike_its_kind_has_a_provisional_one_on_its_first_day() -> None:
    (found,) = await ask(Plant(), learned("rig-1", TICKS, PACE.learns_for - 1))
    assert found.source == "provisional"
    assert found.factor is not None
    assert found.factor == pytest.approx(PACE.factor(TICKS, PACE.learns_for))
    assert found.threshold == pytest.approx(found.factor * THRESHOLD)


async def test_a_device_that_has_learned_has_its_own_as_scoring_takes_it() -> None:
    device = learned("rig-1", TICKS, PACE.learns_for)
    (found,) = await ask(Plant(), device)
    model = await fake_models().current(RIG)
    assert model is not None
    rule = Rule.of(model.spec, RIG, TARGETS.usual)
    assert found.source == "learned"
    assert found.threshold == threshold_in_force(device.standing.usual, rule, None)
    assert found.factor == pytest.approx(PACE.factor(TICKS, PACE.learns_for))
    assert found.factor is not None
    assert found.factor > 1


async def test_what_an_operator_set_counts_before_what_was_learned() -> None:
    plant = Plant()
    threshold = device_threshold("rig-1", 1.5)
    await plant.store.save_device_threshold(threshold)
    (found,) = await ask(plant, learned("rig-1", TICKS, PACE.learns_for))
    assert (found.factor, found.threshold, found.source) == (1.5, 1.5 * THRESHOLD, "operator")
    assert (found.set_by, found.set_at) == (threshold.set_by, threshold.set_at)


async def test_without_a_model_there_is_none() -> None:
    (found,) = await ask(Plant(), device_record("rig-1"), models=FakeModels())
    assert (found.factor, found.threshold, found.source, found.learns_for) == (
        None, None, "profile", None,
    )  # fmt: skip
