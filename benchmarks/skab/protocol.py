"""The leaderboard's measures: rows pooled over files, and change points by the NAB score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from benchmarks.skab.recordings import Truth

WINDOW_MS = 60_000
HIT, FALSE_HIT, MISS = 1.0, -0.11, -1.0  # the standard profile
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows, by what was flagged and what was labelled."""

    tp: int = 0
    tn: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def f1(self) -> float:
        return _divide(self.tp, self.tp + (self.fn + self.fp) / 2)

    @property
    def far_pct(self) -> float:
        """Share of normal rows that were flagged."""
        return 100 * _divide(self.fp, self.fp + self.tn)

    @property
    def mar_pct(self) -> float:
        """Share of anomalous rows that were not flagged."""
        return 100 * _divide(self.fn, self.fn + self.tp)


def count_rows(truths: Sequence[Truth], flags: Sequence[Flags]) -> Counts:
    """Pool the test rows of all files."""
    labelled = np.concatenate([truth.anomaly for truth in truths])
    flagged = np.concatenate(flags)
    return Counts(
        tp=int((flagged & labelled).sum()),
        tn=int((~flagged & ~labelled).sum()),
        fp=int((flagged & ~labelled).sum()),
        fn=int((~flagged & labelled).sum()),
    )


def find_windows(changes_ms: Sequence[int]) -> list[tuple[int, int]]:
    """The window of each change point; one that overlaps the window before starts at its end."""
    found: list[tuple[int, int]] = []
    for change in changes_ms:
        start = max(change, found[-1][1]) if found else change
        found.append((start, change + WINDOW_MS))
    return found


def nab(truths: Sequence[Truth], flags: Sequence[Flags]) -> float:
    """The change-point score of *flags*: 0 for none flagged, 100 for each change met at once."""
    total = sum(_score_file(truth, raised) for truth, raised in zip(truths, flags, strict=True))
    changes = sum(int(truth.change.sum()) for truth in truths)
    null, perfect = changes * MISS, changes * HIT
    return 100 * _divide(total - null, perfect - null)


def auc_roc(truths: Sequence[Truth], scores: Sequence[NDArray[np.floating]]) -> float:
    """Mean over files of the area under the curve of the raw score of the test rows."""
    areas = [
        roc_auc_score(truth.anomaly, score) for truth, score in zip(truths, scores, strict=True)
    ]
    return float(np.mean(areas))


def hold_flags(flags: Flags, rows: int) -> Flags:
    """Each flag kept up for *rows* rows; nothing before there are as many."""
    kept = sliding_window_view(flags, rows).any(axis=1)
    return np.concatenate((np.zeros(rows - 1, dtype=bool), kept))


def _score_file(truth: Truth, flags: Flags) -> float:
    hits = truth.t[np.diff(flags, prepend=False)]
    inside = np.zeros(len(hits), dtype=bool)
    score = 0.0
    for start, end in find_windows(truth.t[truth.change].tolist()):
        within = (hits >= start) & (hits <= end)
        inside |= within
        score += _score_window(int(hits[within][0]), start, end) if within.any() else MISS
    return score + FALSE_HIT * int((~inside).sum())


def _score_window(hit: int, start: int, end: int) -> float:
    """From HIT at the window's start down to FALSE_HIT at its end."""
    x = math.pi * ((hit - start) / (end - start) - 0.5)
    return (HIT - FALSE_HIT) / 2 * (1 - math.tanh(x) / math.tanh(math.pi / 2)) + FALSE_HIT


def _divide(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
