"""What a run says at its end."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from ml_model.detector.calibrate import Calibration
from ml_model.recording import split
from ml_model.training.summary import draw_training_table, is_out_of_time
from ml_model.training.train import Epoch, TrainConfig
from tests.unit.ml_model.made_recordings import normal_recording

CALIBRATION = Calibration(
    threshold=1.5, method="highest", target_per_day=0.5, alerts_per_day=0.25, days=0.1,
    peaks=3, usual_score=0.8, tail=None,
)  # fmt: skip


def epochs(*best: bool) -> list[Epoch]:
    return [Epoch(number, 0.2, 0.1 + number, better) for number, better in enumerate(best, start=1)]


def test_the_summary_says_what_was_read_and_what_came_of_it() -> None:
    recording = normal_recording("x", seed=1, rows=1_000)
    recording.values[:30, 0] = np.nan
    recording.fault[:10] = "odd"
    parts = split([recording, replace(recording, device="y")])
    console = Console(file=io.StringIO(), width=200)
    console.print(
        draw_training_table("plant 1-a", parts, epochs(True, True, False), CALIBRATION, 99)
    )
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "2 devices, 2,000 readings, 0.02 device-days, 1.0% of the values missing" in shown
    assert "20 readings with a fault" in shown
    assert "2 devices, 1,200 readings" in shown
    assert shown.count("2 devices, 400 readings") == 2
    assert "3 epochs, the best is 2 with a loss of 2.1000; 99 bytes" in shown
    assert "1.500 (highest, 3 peaks); 0.25 alerts a device and day on what set it" in shown


@pytest.mark.parametrize(
    ("best", "short"),
    [
        ([True, True], True),
        ([True, False], True),
        ([True, False, False, False], False),
        ([True] * 10, False),
    ],
)
def test_only_a_training_without_another_reason_to_end_was_cut_short(
    best: list[bool], short: bool
) -> None:
    assert is_out_of_time(epochs(*best), TrainConfig(epochs=10, patience=3)) == short
