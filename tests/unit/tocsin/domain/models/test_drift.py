from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from tests.fakes.messages import PROBE, RIG
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.drift import (
    LEAST_READINGS,
    Drift,
    Reference,
    drift_of,
    parse_reference,
    reference_document,
    reference_of,
    state_of,
)

Column = NDArray[np.float32]

# Coarse, constant and missing values, and any others.
VALUES = st.one_of(
    st.sampled_from([0.0, 1.0, 32.0, float("nan")]),
    st.floats(min_value=-(2.0**49), max_value=2.0**49, width=32),
)
COLUMNS = arrays.arrays(np.float32, st.integers(1, 60), elements=VALUES)
NO_SCORE = np.empty(0, dtype=np.float32)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def normal(count: int = 20_000, *, seed: int = 0, mean: float = 0.0) -> Column:
    return rng(seed).normal(mean, size=count).astype(np.float32)


def of_one(column: Column) -> Reference:
    return reference_of([], [column[:, None]], PROBE)


def index(reference: Column, recent: Column) -> float:
    return drift_of(of_one(reference), NO_SCORE, recent[:, None]).channels["heat_c"]


@given(COLUMNS)
def test_what_has_not_moved_has_no_drift(column: Column) -> None:
    assert index(column, column) == pytest.approx(0, abs=1e-4)
    assert index(column, column[::-1]) == index(column, column)


@given(COLUMNS, COLUMNS)
def test_an_index_is_never_negative_and_bounded(reference: Column, recent: Column) -> None:
    assert 0 <= index(reference, recent) < 15


@given(COLUMNS)
def test_a_reference_is_the_same_after_json(column: Column) -> None:
    reference = reference_of([column], [np.stack((column, -column), axis=1)] * 2, RIG)
    text = json.dumps({"reference": reference_document(reference)}, allow_nan=False)
    assert parse_reference(json.loads(text), RIG) == reference


@given(COLUMNS)
def test_shares_are_of_all_readings(column: Column) -> None:
    one = of_one(column).channels["heat_c"]
    assert sum(one.shares) + one.missing == pytest.approx(1, abs=1e-4)
    assert one.missing == pytest.approx(float(np.isnan(column).mean()), abs=1e-6)


@given(st.floats(min_value=-(2.0**30), max_value=2.0**30, width=32))
def test_a_constant_channel_that_changes_has_drifted_either_way(value: float) -> None:
    constant = np.full(2_000, value, dtype=np.float32)
    for other in (constant - np.float32(1e3), constant + np.float32(1e3)):
        assert index(constant, other) > 1
    assert index(constant, constant[:7]) == 0


def test_ten_equal_cells_of_a_continuous_channel() -> None:
    one = of_one(normal()).channels["heat_c"]
    assert len(one.edges) == 9
    np.testing.assert_allclose(one.shares, 0.1, atol=1e-3)


def test_a_frequent_value_has_a_cell_of_its_own() -> None:
    coarse = np.repeat(np.array([0, 1, 2], dtype=np.float32), [50, 30, 20])
    one = of_one(coarse).channels["heat_c"]
    assert [share for share in one.shares if share] == [0.5, 0.3, 0.2]
    # From half zeros to none: .5 becomes the least share, .3 and .2 grow.
    moved = np.repeat(np.array([0, 1, 2], dtype=np.float32), [0, 60, 40])
    by_hand = (0.001 - 0.5) * np.log(0.001 / 0.5) + 0.5 * np.log(2)
    assert index(coarse, moved) == pytest.approx(by_hand, abs=1e-6)


@pytest.mark.parametrize(
    ("recent", "state"),
    [
        (normal(seed=1), "stable"),
        (normal(seed=1, mean=0.1), "stable"),
        (normal(seed=1, mean=0.4), "watch"),
        (normal(seed=1, mean=1.0), "drifted"),
        (normal(seed=1) * np.float32(3), "drifted"),
    ],
)
def test_a_shift_is_read_by_its_size(recent: Column, state: str) -> None:
    assert drift_of(of_one(normal()), NO_SCORE, recent[:, None]).state == state


def test_missing_values_are_a_drift_of_their_own() -> None:
    whole = normal()
    holes = np.where(rng().random(len(whole)) < 0.3, np.nan, whole).astype(np.float32)
    assert index(whole, holes) > 0.25
    assert index(holes, whole) > 0.25
    assert index(holes, holes) == 0
    assert index(whole, np.full(2_000, np.nan, dtype=np.float32)) > 1
    silent = np.full(2_000, np.nan, dtype=np.float32)
    assert index(silent, silent) == 0
    assert index(silent, whole) > 1


def test_the_figure_is_the_largest_and_says_which() -> None:
    values = np.stack((normal(), normal(seed=1)), axis=1)
    reference = reference_of([normal(seed=2)], [values], RIG)
    moved = values + np.array([0.2, 2.0], dtype=np.float32)
    drift = drift_of(reference, normal(seed=3), moved)
    assert (drift.largest, drift.state) == ("heat_c", "drifted")
    assert drift.figure == drift.channels["heat_c"] > drift.channels["speed_rpm"]
    drift = drift_of(reference, normal(seed=3, mean=2.0), values)
    assert (drift.largest, drift.figure) == ("score", drift.score)


def test_readings_without_a_score_say_nothing_of_it() -> None:
    values = np.stack((normal(), normal(seed=1)), axis=1)
    scores = normal(seed=2)
    reference = reference_of([scores], [values], RIG)
    half = np.where(np.arange(len(scores)) % 2, np.float32(np.nan), scores)
    drift = drift_of(reference, half, values)
    assert drift.score is not None
    assert drift.score < 0.01
    few = np.full(len(scores), np.nan, dtype=np.float32)
    few[: LEAST_READINGS - 1] = 99.0
    assert drift_of(reference, few, values).score is None
    unscored = reference_of([], [values], RIG)
    assert drift_of(unscored, scores, values).score is None


def test_too_few_readings_are_no_drift_but_unknown() -> None:
    reference = of_one(normal())
    nothing = drift_of(reference, NO_SCORE, np.empty((0, 1), dtype=np.float32))
    assert nothing == Drift(score=None, channels={}, readings=0)
    assert (nothing.state, nothing.figure, nothing.largest) == ("unknown", None, None)
    far = np.full((LEAST_READINGS, 1), 99, dtype=np.float32)
    assert drift_of(reference, NO_SCORE, far[1:]).state == "unknown"
    assert drift_of(reference, NO_SCORE, far).state == "drifted"


def fleet(seed: int, *, devices: int, shift: float = 0.0) -> list[Column]:
    """Readings of devices that each have a level of their own, ten times their noise."""
    generator = rng(seed)
    levels = generator.normal(shift, 10.0, size=devices)
    return [generator.normal(level, 1.0, size=(2_000, 1)).astype(np.float32) for level in levels]


def test_other_devices_of_the_same_kind_have_not_drifted() -> None:
    """By the bare index most of these fleets would have."""
    bare = drifted = 0
    for seed in range(20):
        reference = reference_of([], fleet(100 + seed, devices=24), PROBE)
        usual = reference.channels["heat_c"].usual
        others = drift_of(reference, NO_SCORE, np.concatenate(fleet(seed, devices=8)))
        drifted += others.state == "drifted"
        bare += others.channels["heat_c"] * max(1, usual / 0.1) > 0.25
        moved = np.concatenate(fleet(seed, devices=8, shift=60.0))
        assert drift_of(reference, NO_SCORE, moved).state == "drifted"
    assert bare > 10
    assert drifted <= 2


def test_a_device_without_any_score_is_no_third_of_its_own() -> None:
    scores = [normal(seed=1), normal(seed=2), np.full(9, np.nan, dtype=np.float32)]
    assert reference_of(scores, [np.ones((9, 1))], PROBE).score.usual < 0.01


def test_devices_that_are_alike_leave_the_index_as_it_is() -> None:
    alike = [normal(seed=seed)[:, None] for seed in range(6)]
    reference = reference_of([], alike, PROBE)
    assert reference.channels["heat_c"].usual < 0.01
    assert reference_of([], [normal()[:, None]], PROBE).channels["heat_c"].usual == 0


@pytest.mark.parametrize(
    ("figure", "state"),
    [(0, "stable"), (0.099, "stable"), (0.1, "watch"), (0.25, "watch"), (0.251, "drifted")],
)
def test_the_usual_reading(figure: float, state: str) -> None:
    assert state_of(figure) == state


ONE = {"edges": [1], "shares": [1, 0], "missing": 0, "usual": 0}
GOOD = reference_document(of_one(normal(100)))
BAD: dict[str, dict[str, Any]] = {
    "none": {},
    "null": {"reference": None},
    "no score": {"reference": {"channels": GOOD["channels"]}},
    "another channel": {"reference": {**GOOD, "channels": {"other": GOOD["score"]}}},
    "a text": {"reference": {**GOOD, "score": "x"}},
    "one share too few": {"reference": {**GOOD, "score": {**ONE, "shares": [1]}}},
    "unordered edges": {
        "reference": {**GOOD, "score": {**ONE, "edges": [2, 1], "shares": [1, 0, 0]}}
    },
    "an endless edge": {"reference": {**GOOD, "score": {**ONE, "edges": [1e999]}}},
    "a share above 1": {"reference": {**GOOD, "score": {**ONE, "shares": [2, 0]}}},
}


@pytest.mark.parametrize("name", BAD)
def test_an_unusable_reference_is_refused_by_name(name: str) -> None:
    with pytest.raises(
        InvalidBundleError, match=r"'probe' has no usable reference.*train it again"
    ):
        parse_reference(BAD[name], PROBE)
