from __future__ import annotations

import io
import json

import numpy as np
import pytest
from rich.console import Console

from ml_model.detector.scoring import ScoredRecording
from ml_model.judging.drift import drift_from, drift_table, reference_from
from ml_model.recording import Recording
from tests.fakes.messages import RIG
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.drift import Drift


def make_scores(
    count: int = 5_000, *, seed: int = 0, shift: float = 0.0, fault: str = ""
) -> ScoredRecording:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(count, 2)).astype(np.float32)
    values[:, 1] += np.float32(shift)
    recording = Recording(
        "rig-1", np.arange(count, dtype=np.int64) * 1_000, values, np.full(count, fault)
    )
    score = generator.random(count).astype(np.float32)
    score[: RIG.window - 1] = np.nan
    return ScoredRecording(recording, score, np.zeros((count, 2), dtype=np.int8))


def describe(*parts: ScoredRecording) -> dict[str, object]:
    """A description as far as drift reads it, through JSON."""
    reference = reference_from(parts, [part.recording for part in parts], RIG)
    loaded: dict[str, object] = json.loads(json.dumps({"reference": reference}, allow_nan=False))
    return loaded


def test_normal_recordings_of_the_same_kind_are_stable() -> None:
    drift = drift_from(describe(make_scores()), [make_scores(seed=1), make_scores(seed=2)], RIG)
    assert (drift.state, drift.readings) == ("stable", 10_000)
    assert drift.score is not None


def test_a_channel_that_moved_is_the_largest() -> None:
    drift = drift_from(describe(make_scores()), [make_scores(seed=1, shift=2.0)], RIG)
    assert (drift.state, drift.largest) == ("drifted", "heat_c")


def test_readings_with_a_fault_are_no_part_of_the_reference() -> None:
    assert describe(make_scores(), make_scores(shift=50.0, fault="stuck")) == describe(
        make_scores()
    )


def test_no_recording_at_all_is_unknown() -> None:
    assert drift_from(describe(make_scores()), [], RIG).state == "unknown"


def test_a_bundle_without_a_reference_is_named() -> None:
    with pytest.raises(InvalidBundleError, match="'rig' has no usable reference"):
        drift_from({"format": 2}, [make_scores()], RIG)


def print_table(drift: Drift) -> list[list[str]]:
    """The words of each printed line."""
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(drift_table(drift, "rig 1-a"))
    return [line.replace("│", " ").split() for line in console.export_text().splitlines()]


def test_the_table_shows_the_largest_first_and_the_state() -> None:
    drift = drift_from(describe(make_scores()), [make_scores(seed=1, shift=2.0)], RIG)
    assert drift.figure is not None
    lines = print_table(drift)
    first = next(index for index, line in enumerate(lines) if line[:1] == ["heat_c"])
    assert lines[first] == ["heat_c", f"{drift.figure:.3f}", "drifted"]
    assert {line[0] for line in lines[first + 1 : first + 3]} == {"score", "speed_rpm"}
    assert lines[-1] == ["5000", "readings:", "drifted"]


def test_the_table_says_when_there_is_too_little() -> None:
    drift = drift_from(describe(make_scores()), [make_scores(200)], RIG)
    words = [word for line in print_table(drift) for word in line]
    assert "200 readings: unknown (at least 1000 are needed)" in " ".join(words)
