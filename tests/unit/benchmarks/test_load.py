from __future__ import annotations

import numpy as np

from benchmarks.load import BANDS, count_false_alerts, count_found
from ml_model.detector.scoring import ScoredRecording
from ml_model.judging.evaluate import Event, Judgement
from ml_model.recording import Recording

LOADS = (20.0, 55.0, 80.0, 95.0, 140.0)  # one of each band


def judged(events: list[Event], false_alerts: list[int]) -> Judgement:
    """A hundred readings under each load in turn."""
    rows = 100 * len(LOADS)
    values = np.column_stack([np.zeros(rows), np.repeat(LOADS, 100)]).astype(np.float32)
    recording = Recording("d", 1_000 * np.arange(rows), values, np.full(rows, "", dtype="U16"))
    return Judgement(
        scored=ScoredRecording(recording, np.ones(rows, np.float32), np.zeros((rows, 2), np.int8)),
        thresholds=np.ones(rows),
        anomalous=np.zeros(rows, dtype=np.bool_),
        changes=[],
        near=np.zeros(rows, dtype=np.bool_),
        events=events,
        false_alerts=false_alerts,
    )


def test_false_alerts_belong_to_the_load_they_came_under() -> None:
    found = count_false_alerts([judged([], [50, 199, 450])])
    assert found["by_load"] == dict(zip(BANDS, (1, 1, 0, 0, 1), strict=True))
    assert found["share_of_time"] == dict.fromkeys(BANDS, 0.2)


def test_a_fault_belongs_to_its_mean_load_and_counts_as_found_or_not() -> None:
    events = [
        Event("stuck", 10, 30, 9.0, 10),
        Event("stuck", 110, 130, None, None),
        Event("spike", 310, 312, 2.0, 3),
    ]
    found = count_found([judged(events, [400])])
    assert found["by_kind"] == {
        "spike": {"85-100": "1/1, 2 s"},
        "stuck": {"0-40": "1/1, 9 s", "40-70": "0/1"},
    }
    assert (found["events"], found["recall"], found["precision"]) == (3, 0.6667, 0.6667)


def test_a_silent_device_was_under_the_load_it_last_told() -> None:
    silent = judged([Event("dropout", 210, 240, 13.0, 14)], [])
    silent.scored.recording.values[210:240, -1] = np.nan
    assert count_found([silent])["by_kind"] == {"dropout": {"70-85": "1/1, 13 s"}}
