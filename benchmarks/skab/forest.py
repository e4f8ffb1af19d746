"""A random forest that is told the labels: what could be had if someone had marked the anomalies.

Beside the other detectors it is no competitor, for they see no label.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold

from benchmarks.skab.features import means_and_variances, standardise
from benchmarks.skab.recordings import GROUPS, TRAINING_ROWS, LabelledFile, Stream

FOLDS = 5
CORES = 2
TREES = 100
SHARE = 0.5  # of the trees that say anomaly, above which a row is flagged
Rows = NDArray[np.float64]


def folds(files: Sequence[LabelledFile]) -> list[list[int]]:
    """The files in five parts drawn at random, by their places."""
    parts = KFold(FOLDS, shuffle=True, random_state=0).split(files)
    return [part.tolist() for _, part in parts]


def groups(files: Sequence[LabelledFile]) -> list[list[int]]:
    """The files in their three groups, by their places."""
    return [[n for n, file in enumerate(files) if file.group == group] for group in GROUPS]


def scores(files: Sequence[LabelledFile], parts: Iterable[Sequence[int]]) -> list[Rows]:
    """Share of the trees that say anomaly, of all rows of each file; training rows have none: NaN.

    The forest that scores a part was trained on the test rows and labels of all the other files.
    """
    rows = [_features(file.stream) for file in files]
    found = [np.full(len(file.stream.values), np.nan) for file in files]
    for part in parts:
        others = [n for n in range(len(files)) if n not in part]
        forest = RandomForestClassifier(TREES, random_state=0, n_jobs=CORES)
        forest.fit(
            np.concatenate([rows[n] for n in others]),
            np.concatenate([files[n].truth.anomaly for n in others]),
        )
        for n in part:
            found[n][TRAINING_ROWS:] = forest.predict_proba(rows[n])[:, 1]
    return found


def _features(stream: Stream) -> Rows:
    """Each test row itself, the means of 20 rows and the log-variances of 30 ``[n, 3 c]``."""
    scaled = standardise(stream.values)
    return np.concatenate((scaled, means_and_variances(scaled)), axis=1)[TRAINING_ROWS:]
