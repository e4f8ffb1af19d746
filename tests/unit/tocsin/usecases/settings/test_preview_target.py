"""Before a target is set: what it would have called of the past, and of how much of it that is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW, PROBE, RIG, reading_message
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.records import device_threshold
from tests.fakes.services import Plant
from tests.fakes.sites import FakeClock
from tests.fakes.targets import FakeTargets
from tocsin.domain.calling.thresholds import Tail
from tocsin.domain.charts.target_trial import TargetTrial, Tried, describe_trial, spread_out
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.messages.telemetry import Envelope
from tocsin.usecases.feedback.device_past import Archive
from tocsin.usecases.feedback.known_device import Judging
from tocsin.usecases.settings import preview_target as previewing
from tocsin.usecases.settings.change_targets import Accepting, change_targets
from tocsin.usecases.settings.preview_target import preview_target

# 0.5 false alerts a day make a threshold of 16.0, 0.001 one of 42.7, 10 one of 7.3.
TAIL = Tail(level=5.0, peaks_per_day=20.0, shape=0.1, scale=2.0)
USUAL, RARE, OFTEN = 0.5, 0.001, 10.0
APART, MESSAGE = 400, 100  # readings


def plant_of(*, version: str = "fake-1") -> Plant:
    spec = spec_of(RIG, tail=TAIL, version=version)
    return Plant(models=FakeModels(FakeModel(spec), FakeModel(spec_of(PROBE))))


async def set_target(plant: Plant, target: float) -> None:
    await change_targets(
        {"profiles": {"rig": target}},
        admin="Linus",
        accepting=Accepting(plant.workshop.sites, plant.profiles, plant.models, USUAL),
        now_ms=FakeClock(NOW),
    )


async def look(plant: Plant, target: float, profile: str = "rig") -> TargetTrial:
    targets = await FakeTargets(plant.workshop.sites).current()
    judging = Judging(plant.profiles, plant.models, targets, plant.store)
    archive = Archive(judging, plant.store, plant.rollups, NOW)
    devices = await plant.store.devices(None)
    return await preview_target(profile, target, devices, archive)


def jumps(*heights: float, device_id: str = "rig-1", ends: int = NOW) -> list[Envelope]:
    """A device that jumps up and back by each of *heights*, some minutes apart.

    Two readings raise an alert, and the second after a jump scores .48 of its height.
    """
    level, values = 0.0, [[0.0, 0.0]] * APART
    for height in heights:
        level = level - height if level > 0 else level + height
        values += [[level, 0.0]] * APART
    first = ends - 1_000 * len(values)
    return [
        reading_message(
            start, [first + 1_000 * place for place in range(start, start + MESSAGE)],
            values[start : start + MESSAGE], device_id=device_id,
        )
        for start in range(0, len(values), MESSAGE)
    ]  # fmt: skip


async def count_raised(target: float, log: Sequence[Envelope]) -> int:
    """How many alerts the same readings raise where *target* is in force from the first."""
    plant = plant_of()
    await set_target(plant, target)
    await plant.score(log)
    return sum(each["type"] == "raised" for each in plant.store.all("alerts"))


async def test_a_rarer_target_tells_which_alerts_would_not_have_been_called() -> None:
    plant, log = plant_of(), jumps(30, 50, 100, 60, 95)
    await plant.score(log)
    before = plant.store.snapshot()
    trial = await look(plant, RARE)
    assert (trial.alerts, trial.kept, trial.silenced, trial.unknown) == (Tried(4, 4), 2, 2, 0)
    assert trial.kept == await count_raised(RARE, log)
    assert trial.alerts.there == await count_raised(USUAL, log)
    assert trial.after > trial.before
    assert plant.store.snapshot() == before
    assert describe_trial(trial) == (
        "Over the last 30 days, of 1 device: of 4 alerts it would have called 2, and 2 not."
    )


async def test_a_looser_target_tells_how_often_more_would_have_been_called() -> None:
    plant, log = plant_of(), jumps(30, 50, 32, 10, 33)
    await plant.score(log)
    trial = await look(plant, OFTEN)
    assert (trial.alerts, trial.kept, trial.silenced) == (Tried(1, 1), 1, 0)
    assert trial.alerts.there + trial.further == await count_raised(OFTEN, log)
    assert trial.further > 0
    assert "and 3 more in" in describe_trial(trial)


async def test_the_target_in_force_changes_nothing() -> None:
    plant = plant_of()
    await plant.score(jumps(50))
    trial = await look(plant, USUAL)
    assert (trial.kept, trial.silenced, trial.further) == (1, 0, 0)
    assert "nothing would change" in describe_trial(trial)


async def test_it_goes_by_the_factor_of_each_device() -> None:
    plant = plant_of()
    await plant.score([*jumps(100), *jumps(100, device_id="rig-2")])
    await plant.store.save_device_threshold(device_threshold("rig-2", factor=1.2))
    trial = await look(plant, RARE)
    # Both reach 47.6, which is more than 42.7 and less than 1.2 times that.
    assert (trial.kept, trial.silenced) == (1, 1)


async def test_what_another_model_scored_tells_nothing() -> None:
    plant = plant_of()
    await plant.score(jumps(50))
    plant.models = plant_of(version="fake-2").models
    trial = await look(plant, RARE)
    assert (trial.kept, trial.silenced, trial.unknown) == (0, 0, 1)
    assert "of 1 nobody can tell" in describe_trial(trial)
    assert (await look(plant, OFTEN)).further == 0


async def test_no_more_is_looked_at_than_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_DEVICES", "MOST_ALERTS", "MOST_HOURS"):
        monkeypatch.setattr(previewing, name, 2)
    plant = plant_of()
    for name in ("rig-1", "rig-2", "rig-3"):
        await plant.score(jumps(50, 30, 50, device_id=name))
    trial = await look(plant, RARE)
    assert (trial.devices, trial.alerts) == (Tried(2, 3), Tried(2, 4))
    assert trial.silenced == 2
    assert "of 2 devices (looked at, of 3): of 2 alerts (looked at, of 4)" in describe_trial(trial)
    assert (await look(plant, OFTEN)).hours.looked <= 2


async def test_a_profile_that_no_model_scores_is_refused() -> None:
    plant = plant_of()
    with pytest.raises(InvalidRequestError, match="'fan'; there are probe, rig"):
        await look(plant, RARE, "fan")


@given(every=st.lists(st.integers()), most=st.integers(1, 20))
def test_those_that_stand_for_the_rest_are_from_all_over(every: list[int], most: int) -> None:
    places = spread_out(range(len(every)), most)
    assert len(places) == min(most, len(every))
    gaps = {after - before for before, after in pairwise(places)}
    assert not gaps or max(gaps) - min(gaps) <= 1
