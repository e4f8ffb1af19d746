"""The whole table: ours, the baselines and the blind lines over every file."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.skab import charts, forest, ours, published
from benchmarks.skab.protocol import Flags, auc_roc, count_rows, hold_flags, nab
from benchmarks.skab.recordings import (
    GROUPS,
    TRAINING_ROWS,
    LabelledFile,
    Stream,
    read_files,
)
from benchmarks.skab.rule import PLAIN, decide_flags

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
    "t2_variance_chart": charts.t2_of_variances,
    "one_channel_chart": charts.one_channel,
    "mean_of_three_charts": charts.mean_of_three,
    "t2_q_chart": charts.t2_q_of_means,
    "knn": charts.neighbours,
}
WITH_LABELS: dict[str, Callable[[Sequence[LabelledFile]], list[list[int]]]] = {
    "random_forest_folds": forest.folds,
    "random_forest_groups": forest.groups,
}


def measure(folder: Path) -> dict[str, Any]:
    """Train, score and judge; raises MissingRecordingsError when the files are absent."""
    started = time.perf_counter()
    files = read_files(folder)
    runs = [_by_rule(files, partial(ours.score, seed=seed)) for seed in range(SEEDS)]
    figures = {
        "ours": {
            **_mean(runs),
            "groups": {group: _mean([run["groups"][group] for run in runs]) for group in GROUPS},
            "plain": _mean([run["plain"] for run in runs]),
        },
        # Highest minus lowest over the seeds.
        "spread": {name: float(np.ptp([run[name] for run in runs])) for name in METRICS},
        "seeds": SEEDS,
        "baselines": baselines(files),
        "blind": {"always_on": _blind(files, slice(None)), "clock": _blind(files, CLOCK)},
        "seconds": time.perf_counter() - started,
    }
    return _round(figures)


def _mean(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([run[name] for run in runs])) for name in METRICS}


def baselines(files: Sequence[LabelledFile]) -> dict[str, Any]:
    """Every detector that is not ours; those that were told labels say so."""
    return {
        **{name: _by_threshold(files, name) for name in WITH_THRESHOLD},
        **{name: _by_rule(files, detector) for name, detector in WITH_RULE.items()},
        **{name: _by_labels(files, parts(files)) for name, parts in WITH_LABELS.items()},
    }


def judge_flags(
    files: Sequence[LabelledFile],
    scores: Sequence[Rows],
    flags: Sequence[Flags],
    change_flags: Sequence[Flags],
) -> dict[str, float]:
    """Every measure over *files*; ``scores`` of all rows, flags of the test rows."""
    truths = [file.truth for file in files]
    counts = count_rows(truths, flags)
    return {
        "f1": counts.f1,
        "far_pct": counts.far_pct,
        "mar_pct": counts.mar_pct,
        "nab": nab(truths, change_flags),
        "auc_roc": auc_roc(truths, [score[TRAINING_ROWS:] for score in scores]),
    }


def _judge_groups(
    files: Sequence[LabelledFile],
    scores: Sequence[Rows],
    flags: Sequence[Flags],
    change_flags: Sequence[Flags] | None = None,
) -> dict[str, Any]:
    rows = list(zip(files, scores, flags, change_flags or flags, strict=True))
    groups = {
        group: judge_flags(*zip(*(row for row in rows if row[0].group == group), strict=True))
        for group in GROUPS
    }
    return {**judge_flags(files, scores, flags, change_flags or flags), "groups": groups}


def _by_rule(files: Sequence[LabelledFile], detector: Detector) -> dict[str, Any]:
    """By the product's rule, and under ``plain`` by a threshold that stays where it is."""
    scores = [detector(file.stream) for file in files]
    plain = _judge_groups(files, scores, decide_flags(files, scores, PLAIN))
    return {**_judge_groups(files, scores, decide_flags(files, scores)), "plain": plain}


def _by_threshold(files: Sequence[LabelledFile], name: str) -> dict[str, Any]:
    scores = [WITH_THRESHOLD[name](file.stream) for file in files]
    flags = [score[TRAINING_ROWS:] > 0 for score in scores]
    kept = (
        [hold_flags(flag, FOREST_HOLD) for flag in flags] if name == "isolation_forest" else flags
    )
    return _judge_groups(files, scores, flags, kept)


def _by_labels(files: Sequence[LabelledFile], parts: Sequence[Sequence[int]]) -> dict[str, Any]:
    scores = forest.scores(files, parts)
    flags = [score[TRAINING_ROWS:] > forest.SHARE for score in scores]
    return {"uses_labels": True, **_judge_groups(files, scores, flags)}


def _blind(files: Sequence[LabelledFile], rows: slice) -> dict[str, Any]:
    """Flags the same test rows of every file, whatever is in them."""
    scores = [np.zeros(len(file.stream.values)) for file in files]
    for score in scores:
        score[TRAINING_ROWS:][rows] = 1.0
    return _judge_groups(files, scores, [score[TRAINING_ROWS:] > 0 for score in scores])


def _round(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _round(figure)
        if isinstance(figure, Mapping)
        else round(figure, 4)
        if isinstance(figure, float)
        else figure
        for name, figure in figures.items()
    }
