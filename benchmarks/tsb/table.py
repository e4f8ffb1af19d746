"""The table: ours, the baselines and chance over every series, beside published figures."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.tsb import charts, learned, ours
from benchmarks.tsb.published import average_published, read_published
from benchmarks.tsb.recordings import COLLECTIONS, LabelledSeries, Series, read_all
from benchmarks.tsb.vus import vus_pr

SEEDS = 3
PROCESSES = 2  # the network trains on one thread
LONGEST_S = 1_800.0  # that the detector may take for all series and seeds
MEANS = (*COLLECTIONS, "all")
PROTOCOL = (
    "VUS-PR (250 thresholds, windows from 0 to the period of the first channel), macro means of "
    "the test parts; every detector but the published ones is trained on the rows before the "
    "number after tr_ in the file's name, scores a row from the rows up to it, and has one "
    "configuration for all series"
)
Scores = NDArray[np.floating]
Volumes = dict[str, float]

BASELINES: dict[str, Callable[[Series], Scores]] = {
    "multi_scale_chart": charts.multi_scale_chart,
    "chart_k1": partial(charts.chart, rows=1),
    "chart_k30": partial(charts.chart, rows=30),
    "isolation_forest": learned.isolation_forest,
    "pca": learned.pca,
    "knn": learned.neighbours,
}


def measure(folder: Path) -> dict[str, Any]:
    """Train, score and judge; raises MissingRecordingsError when the files are absent."""
    started = time.perf_counter()
    found = read_all(folder)
    runs = [judge(found, scores) for scores in _ours(found)]
    baselines = {
        name: _means([judge(found, [detector(labelled.series) for labelled in found])])
        for name, detector in BASELINES.items()
    }
    table = read_published(folder)
    return {
        **_means(runs),
        # Highest minus lowest over the seeds.
        "spread": {name: round(float(np.ptp([run[name] for run in runs])), 4) for name in MEANS},
        "seeds": SEEDS,
        "protocol": PROTOCOL,
        "baselines": baselines,
        "random": _means([judge(found, _chance(found, seed)) for seed in range(SEEDS)]),
        "published": {} if table is None else average_published(found, table),
        "per_series": _means(runs, [labelled.series.name for labelled in found]),
        "seconds": round(time.perf_counter() - started, 1),
    }


def judge(found: Sequence[LabelledSeries], scores: Iterable[Scores]) -> Volumes:
    """VUS-PR of *scores*, an array a series: by series, and macro means by collection and of all.

    The keys are the series' names and ``smd``, ``msl``, ``smap``, ``all``.
    """
    volumes = [vus_of(labelled, score) for labelled, score in zip(found, scores, strict=True)]
    names = [labelled.series.name for labelled in found]
    return {**dict(zip(names, volumes, strict=True)), **macro_means(found, volumes)}


def vus_of(labelled: LabelledSeries, score: Scores) -> float:
    """VUS-PR of *score* ``[n]`` for one series, with its own period as the longest window."""
    return vus_pr(labelled.anomalous, score, labelled.period)


def macro_means(found: Sequence[LabelledSeries], volumes: Sequence[float]) -> Volumes:
    """Mean over the series of each collection, and over all."""
    of = np.array([labelled.series.collection for labelled in found])
    means = {name: float(np.mean(np.array(volumes)[of == name])) for name in COLLECTIONS}
    return {**means, "all": float(np.mean(volumes))}


def _ours(found: Sequence[LabelledSeries]) -> list[list[Scores]]:
    """Scores of every series, for each seed."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        every_series = [labelled.series for _ in range(SEEDS) for labelled in found]
        seeds = [seed for seed in range(SEEDS) for _ in found]
        scores = list(pool.map(_score_series, every_series, seeds, timeout=LONGEST_S))
    return [scores[start : start + len(found)] for start in range(0, len(scores), len(found))]


def _score_series(series: Series, seed: int) -> Scores:
    return ours.score(series.values[: series.training], series.values, seed)


def _chance(found: Sequence[LabelledSeries], seed: int) -> list[Scores]:
    random = np.random.default_rng(seed)
    return [random.random(len(labelled.anomalous)) for labelled in found]


def _means(runs: Sequence[Mapping[str, float]], names: Sequence[str] = MEANS) -> Volumes:
    """Mean over the runs."""
    return {name: round(float(np.mean([run[name] for run in runs])), 4) for name in names}
