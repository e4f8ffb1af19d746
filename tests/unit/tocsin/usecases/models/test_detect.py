"""Scoring without storing: as live readings are scored, each record for itself."""

from __future__ import annotations

import logging

import pytest

from tests.fakes.messages import PROBE, PROFILES, stream
from tests.fakes.models import THRESHOLD, FakeModel, FakeModels, spec_of
from tests.fakes.services import Plant, fake_models
from tests.fakes.targets import TARGETS
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.domain.judging.detection import Detection, Record
from tocsin.usecases.models.detect import FAILED, Detected, detect

STEADY = [1.0, 1.0, 1.0, 1.0]
ODD = [1.0, 1.0, 1.0, 90.0]


async def ask(
    *records: Record | str, models: FakeModels | None = None, profile: str = "probe"
) -> Detected:
    return await detect(
        profile,
        records,
        profiles=PROFILES,
        models=models or fake_models(),
        targets=TARGETS,
    )


async def test_a_record_is_judged_by_the_threshold_of_its_profile() -> None:
    found = await ask({"heat_c": STEADY}, {"heat_c": ODD})
    assert (found.model_version, found.threshold) == ("fake-1", THRESHOLD)
    steady, odd = found.results
    assert steady == Detection(0.0, False, {"heat_c": 0.0}, {})
    assert isinstance(odd, Detection)
    assert odd.anomalous
    assert odd.score > THRESHOLD
    assert odd.contributions == {"heat_c": pytest.approx(1.0)}


async def test_readings_score_as_those_of_a_device_do() -> None:
    plant = Plant()
    await plant.score(stream([20], odd=[12], profile=PROBE))
    (stored,) = plant.store.all("readings")
    found = await ask(*({"heat_c": value} for value in stored["channels"]["heat_c"]))
    scores = [
        round(result.score, 4) if isinstance(result, Detection) else None
        for result in found.results
    ]
    assert scores == [None if score is None else round(score, 4) for score in stored["score"]]


async def test_one_channel_alone_is_judged_alone() -> None:
    model = FakeModel(spec_of(PROFILES["rig"]), missing_after=3)
    (found,) = (await ask({"heat_c": [1.0] * 6}, models=FakeModels(model), profile="rig")).results
    # That the other channel is missing is known to whoever asks.
    assert found == Detection(0.0, False, {"heat_c": 0.0}, {})


async def test_a_sensor_that_is_out_is_named() -> None:
    model = FakeModel(spec_of(PROBE), missing_after=2, stuck_after=4)
    found = await ask(
        {"heat_c": STEADY}, {"heat_c": [1.0, 2.0, None, None]}, models=FakeModels(model)
    )
    assert [result.sensors for result in found.results if isinstance(result, Detection)] == [
        {"heat_c": "stuck"}, {"heat_c": "missing"},
    ]  # fmt: skip


async def test_a_model_that_fails_on_a_record_costs_no_other_its_score(
    caplog: pytest.LogCaptureFixture,
) -> None:
    models = FakeModels(FakeModel(spec_of(PROBE), fails_on=77.0))
    good, bad = {"heat_c": STEADY}, {"heat_c": [1.0, 1.0, 1.0, 77.0]}
    with caplog.at_level(logging.ERROR):
        found = await ask(*[good] * 150, bad, *[good] * 150, bad, models=models)
    at = [index for index, result in enumerate(found.results) if result == FAILED]
    assert at == [150, 301]
    assert all(isinstance(found.results[index], Detection) for index in (0, 149, 151, 300))
    assert len(caplog.records) == 2


async def test_an_unknown_profile_and_one_without_a_model_are_named() -> None:
    with pytest.raises(InvalidRequestError, match="'wheel'; there are probe, rig"):
        await ask({"heat_c": STEADY}, profile="wheel")
    with pytest.raises(NotFoundError, match="no model is active for the profile 'probe'"):
        await ask({"heat_c": STEADY}, models=FakeModels())
