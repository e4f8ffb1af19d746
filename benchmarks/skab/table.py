"""The whole table: ours, the baselines and the blind lines over every file."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.skab import charts, ours, published
from benchmarks.skab.protocol import Flags, auc_roc, count, held, nab
from benchmarks.skab.recordings import (
    GROUPS,
    TRAINING_ROWS,
    LabelledFile,
    Stream,
    read_files,
)
from benchmarks.skab.rule import decided

SEEDS = 5
CLOCK = slice(180, 580)  # test rows: all files follow one timetable
FOREST_HOLD = 30  # rows the leaderboard keeps this detector's flag up for its change points
METRICS = ("f1", "far_pct", "mar_pct", "nab", "auc_roc")
Rows = NDArray[np.floating]
Detector = Callable[[Stream], Rows]

WITH_THRESHOLD: dict[str, Detector] = {
    "isolation_forest": published.isolation_forest,
    "t2": published.t2,
    "t2_q": published.t2_q,
}
WITH_RULE: dict[str, Detector] = {
    "t2_chart": charts.t2_of_means,
    "one_channel_chart": charts.one_channel,
    "knn": charts.neighbours,
}


def measure(folder: Path) -> dict[str, Any]:
    """Train, score and judge; raises MissingRecordingsError when the files are absent."""
    started = time.perf_counter()
    files = read_files(folder)
    runs = [_by_rule(files, partial(ours.score, seed=seed)) for seed in range(SEEDS)]
    baselines = {name: _by_threshold(files, name) for name in WITH_THRESHOLD}
    baselines |= {name: _by_rule(files, detector) for name, detector in WITH_RULE.items()}
    mean = {name: float(np.mean([run[name] for run in runs])) for name in METRICS}
    groups = {
        group: {
            name: float(np.mean([run["groups"][group][name] for run in runs])) for name in METRICS
        }
        for group in GROUPS
    }
    figures = {
        "ours": {**mean, "groups": groups},
        # Highest minus lowest over the seeds.
        "spread": {name: float(np.ptp([run[name] for run in runs])) for name in METRICS},
        "seeds": SEEDS,
        "baselines": baselines,
        "blind": {"always_on": _blind(files, slice(None)), "clock": _blind(files, CLOCK)},
        "seconds": time.perf_counter() - started,
    }
    return _rounded(figures)


def judged(
    files: Sequence[LabelledFile],
    scores: Sequence[Rows],
    flags: Sequence[Flags],
    change_flags: Sequence[Flags],
) -> dict[str, float]:
    """Every measure over *files*; ``scores`` of all rows, flags of the test rows."""
    truths = [file.truth for file in files]
    counts = count(truths, flags)
    return {
        "f1": counts.f1,
        "far_pct": counts.far_pct,
        "mar_pct": counts.mar_pct,
        "nab": nab(truths, change_flags),
        "auc_roc": auc_roc(truths, [score[TRAINING_ROWS:] for score in scores]),
    }


def _with_groups(
    files: Sequence[LabelledFile],
    scores: Sequence[Rows],
    flags: Sequence[Flags],
    change_flags: Sequence[Flags] | None = None,
) -> dict[str, Any]:
    rows = list(zip(files, scores, flags, change_flags or flags, strict=True))
    groups = {
        group: judged(*zip(*(row for row in rows if row[0].group == group), strict=True))
        for group in GROUPS
    }
    return {**judged(files, scores, flags, change_flags or flags), "groups": groups}


def _by_rule(files: Sequence[LabelledFile], detector: Detector) -> dict[str, Any]:
    scores = [detector(file.stream) for file in files]
    return _with_groups(files, scores, decided(files, scores))


def _by_threshold(files: Sequence[LabelledFile], name: str) -> dict[str, Any]:
    scores = [WITH_THRESHOLD[name](file.stream) for file in files]
    flags = [score[TRAINING_ROWS:] > 0 for score in scores]
    kept = [held(one, FOREST_HOLD) for one in flags] if name == "isolation_forest" else flags
    return _with_groups(files, scores, flags, kept)


def _blind(files: Sequence[LabelledFile], rows: slice) -> dict[str, Any]:
    """Flags the same test rows of every file, whatever is in them."""
    scores = [np.zeros(len(file.stream.values)) for file in files]
    for score in scores:
        score[TRAINING_ROWS:][rows] = 1.0
    return _with_groups(files, scores, [score[TRAINING_ROWS:] > 0 for score in scores])


def _rounded(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _rounded(one)
        if isinstance(one, Mapping)
        else round(one, 4)
        if isinstance(one, float)
        else one
        for name, one in figures.items()
    }
