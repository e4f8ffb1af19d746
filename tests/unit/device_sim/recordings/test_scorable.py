"""What ``replay`` says before it sends a recording that the product cannot score."""

from __future__ import annotations

import pytest

from device_sim.recordings.scorable import explain_unscored
from tocsin.profiles import load_profiles

MOTOR = load_profiles()["motor"]
START = 1_795_332_000_000


def recorded(step_ms: int, readings: int = 400) -> list[int]:
    return [START + step_ms * n for n in range(readings)]


@pytest.mark.parametrize("batch", [1, 5, 100])
@pytest.mark.parametrize("step_ms", [100, 500, 1_000, 1_100, 2_000])
def test_a_recording_at_its_profiles_period_or_faster_is_scored(step_ms: int, batch: int) -> None:
    assert explain_unscored(recorded(step_ms, 1_000), MOTOR, batch) is None


@pytest.mark.parametrize("batch", [1, 5, 100])
@pytest.mark.parametrize("step_s", [5, 16, 17, 60, 300, 900])
def test_a_slower_one_is_not_and_the_reason_names_both_periods(step_s: int, batch: int) -> None:
    why = explain_unscored(recorded(step_s * 1_000), MOTOR, batch)
    assert why is not None
    assert f"every {step_s} s" in why
    assert "every 1 s" in why


def test_bursts_of_most_of_a_window_are_scored_in_time() -> None:
    bursts = [START + 45_000 * burst + 1_000 * n for burst in range(30) for n in range(28)]
    assert explain_unscored(bursts, MOTOR, 5) is None


@pytest.mark.parametrize("times", [[START], recorded(1_000, 20)])
def test_a_recording_shorter_than_a_window_says_so(times: list[int]) -> None:
    why = explain_unscored(times, MOTOR, 100)
    assert why is not None
    assert "takes 32 readings in a row" in why
