"""Streaming a recording message by message decides as evaluating it whole does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_model.detector.scoring import score_recording
from ml_model.judging.evaluate import Judgement, judge
from ml_model.recording import Recording
from tests.fakes.bundles import Steps, exported
from tests.fakes.dead_letters import FakeDeadLetters
from tests.fakes.live import FakeLive
from tests.fakes.messages import NOW, reading_message
from tests.fakes.models import spec_of
from tests.fakes.store import FakeStore
from tests.fakes.thresholds import FakeThresholds
from tocsin.adapters.models.model_bundle import TorchModel
from tocsin.adapters.program.graph import load_program
from tocsin.domain.calling.thresholds import Tail
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.models.model_state import ModelState
from tocsin.domain.profile import Profile, parse_profile
from tocsin.usecases.scoring.device_memory import DeviceMemory
from tocsin.usecases.scoring.score_readings import score_readings
from tocsin.usecases.scoring.show_beside import LiveBeside

# With a reading every twenty minutes 72 of them are a day: the threshold adapts within the test.
PERIOD_S = 1_200
PLANT: Profile = parse_profile(
    {
        "name": "rig",
        "title": "rig",
        "period_s": PERIOD_S,
        "window": 6,
        "channels": [
            {"name": name, "title": name, "unit": "1", "low": -100, "high": 100}
            for name in ("speed_rpm", "heat_c")
        ],
    }
)
# Low enough that normal running is often anomalous: alerts are raised and cleared all along.
SPEC = spec_of(
    PLANT,
    tail=Tail(level=2.0, peaks_per_day=20.0, shape=0.1, scale=0.3),
    usual_score=2.2,
    cooldown_s=9 * PERIOD_S,
)
TARGET_PER_DAY = 0.7
PROGRAM = load_program(exported(Steps, PLANT.window, 2))


@dataclass
class OneModel:
    """The port Models with one loaded program."""

    model: TorchModel

    async def current(self, profile: Profile) -> TorchModel:
        assert profile is PLANT
        return self.model

    async def state(self, profile: Profile) -> ModelState:
        return ModelState(version=self.model.spec.version)


def recording(seed: int, rows: int) -> Recording:
    """Noise with bursts, silences, missing values and a sensor that gets stuck."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(rows, 2)).round(3)
    values[generator.random(rows) < 0.1] *= 4
    values[generator.random(values.shape) < 0.02] = np.nan
    start = int(generator.integers(rows))
    values[start : start + 5, 1] = 1.25
    steps_ms = np.where(generator.random(rows) < 0.02, 9, 1) * PERIOD_S * 1_000
    t = (NOW - steps_ms.sum() + np.cumsum(steps_ms)).astype(np.int64)
    return Recording("rig-1", t, values.astype(np.float32), np.full(rows, ""))


def whole(one: Recording) -> Judgement:
    scored = score_recording(PROGRAM, one, PLANT)
    return judge(scored, Rule.of(SPEC, PLANT, TARGET_PER_DAY), PLANT)


async def streamed(one: Recording, sizes: Sequence[int], restarts: set[int]) -> FakeStore:
    """The recording in messages of *sizes*, the process started anew before some of them."""
    store, memory = FakeStore(), DeviceMemory()
    start = 0
    for seq, size in enumerate(sizes):
        part = slice(start, start + size)
        values = [[None if x != x else x for x in row] for row in one.values[part].tolist()]  # noqa: PLR0124 (NaN)
        memory = DeviceMemory() if seq in restarts else memory
        await score_readings(
            [reading_message(seq, one.t[part].tolist(), values, profile=PLANT)],
            profiles={PLANT.name: PLANT},
            memory=memory,
            store=store,
            models=OneModel(TorchModel(SPEC, PROGRAM)),
            thresholds=FakeThresholds(),
            targets=AlertTargets(TARGET_PER_DAY),
            dead_letters=FakeDeadLetters(),
            live=LiveBeside(FakeLive()),
            now_ms=lambda: NOW,
        )
        start += size
    return store


def assert_same(store: FakeStore, judged: Judgement) -> None:
    documents = sorted(store.all("readings"), key=lambda one: int(one["seq"]))
    scores = [score for one in documents for score in one["score"]]
    expected = judged.scored.score.astype(np.float64).round(4)
    np.testing.assert_array_equal(np.array(scores, dtype=np.float64), expected)
    assert [odd for one in documents for odd in one["anomalous"]] == judged.anomalous.tolist()
    last = np.cumsum([len(one["t"]) for one in documents]) - 1
    assert [one["threshold"] for one in documents] == judged.thresholds[last].round(6).tolist()
    assert alerts_in(store) == raised_and_cleared(judged)
    for column, name in enumerate(PLANT.channel_names):
        states = [_states(one, name) for one in documents]
        found = [state for of_message in states for state in of_message]
        assert found == judged.scored.sensors[:, column].tolist()


def _states(document: dict[str, Any], name: str) -> list[int]:
    states: list[int] = document["sensors"].get(name, [0] * len(document["t"]))
    return states


def alerts_in(store: FakeStore) -> list[tuple[int, str, float]]:
    # What is raised beside an open alert is told online alone: it takes the contributions.
    alerts = [one for one in store.all("alerts") if one["subject"] is None]
    alerts.sort(key=lambda one: int(one["t"]))
    return [(one["t"], one["type"], one["threshold"]) for one in alerts]


def raised_and_cleared(judged: Judgement) -> list[tuple[int, str, float]]:
    t, thresholds = judged.scored.recording.t, judged.thresholds.round(6)
    return [(int(t[i]), change, float(thresholds[i])) for i, change in judged.changes]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.data())
async def test_a_stream_in_messages_of_any_size_decides_as_the_whole(
    seed: int, data: st.DataObject
) -> None:
    sizes = data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=25))
    restarts = data.draw(st.sets(st.integers(0, len(sizes) - 1)))
    one = recording(seed, sum(sizes))
    assert_same(await streamed(one, sizes, restarts), whole(one))


@pytest.mark.parametrize("size", [1, 7, 300])
async def test_a_long_recording_adapts_and_alerts_the_same(size: int) -> None:
    one = recording(3, 600)
    judged = whole(one)
    sizes = [size] * (600 // size) + ([600 % size] if 600 % size else [])
    assert_same(await streamed(one, sizes, set()), judged)
    assert len(judged.raised) >= 3, "there is something to compare"
    assert len(set(judged.thresholds)) >= 3, "and the threshold adapted"
    assert judged.scored.sensors.any()
