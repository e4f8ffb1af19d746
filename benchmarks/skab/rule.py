"""The threshold: a quantile of a file's own training scores, times what other groups settle.

After an excursion it rises to a share of its fading peak, as in the product
(tocsin.domain.judging.aftermath); the share, too, is settled on the other groups. A share of 0 is
the plain rule, a threshold that stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmarks.skab.protocol import Counts, Flags, count_rows
from benchmarks.skab.recordings import GROUPS, TRAINING_ROWS, LabelledFile
from tocsin.domain.judging.aftermath import fade

QUANTILE = 0.99
MULTIPLIERS = np.geomspace(0.2, 30.0, 120)
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
PLAIN = (0.0,)
ROW_S = 1.0  # the leaderboard counts rows as seconds
HIGHEST_FAR_PCT = 13.55  # of the best published detector
Rows = NDArray[np.floating]


def decide_flags(
    files: Sequence[LabelledFile], scores: Sequence[Rows], shares: Sequence[float] = SHARES
) -> list[Flags]:
    """Flags of the test rows of every file.

    Multiplier and share of a group are the best on the two others, so no label of a group decides
    them. ``scores``: of all rows of each file; what cannot be scored is NaN and not flagged.
    """
    levels = [_level(score) for score in scores]
    tests = [score[TRAINING_ROWS:] for score in scores]
    peaks = [follow_peaks(score) for score in tests]
    rows = list(zip(files, tests, levels, peaks, strict=True))
    chosen = {
        group: _best([row for row in rows if row[0].group != group], shares) for group in GROUPS
    }
    return [
        _flag_rows(score, level, peak, *chosen[file.group]) for file, score, level, peak in rows
    ]


def follow_peaks(score: Rows) -> NDArray[np.float64]:
    """The fading peak of the scores up to each row ``[n]``."""
    peaks = np.zeros(len(score))
    peak = 0.0
    for row, value in enumerate(score.tolist()):
        peak = max(fade(peak, ROW_S), value if value == value else 0.0)  # noqa: PLR0124 (NaN)
        peaks[row] = peak
    return peaks


def _level(score: Rows) -> float:
    return float(np.nanquantile(score[:TRAINING_ROWS], QUANTILE))


def _flag_rows(
    score: Rows, level: float, peak: NDArray[np.float64], multiplier: float, share: float
) -> Flags:
    above: Flags = score > np.maximum(multiplier * level, share * peak)
    return above


def _best(
    rows: Sequence[tuple[LabelledFile, Rows, float, NDArray[np.float64]]], shares: Iterable[float]
) -> tuple[float, float]:
    """Multiplier and share of the highest F1 whose false alarms stay within the bound."""
    truths = [file.truth for file, *_ in rows]

    def merit(choice: tuple[float, float]) -> tuple[bool, float]:
        counts: Counts = count_rows(truths, [_flag_rows(*row[1:], *choice) for row in rows])
        return counts.far_pct <= HIGHEST_FAR_PCT, counts.f1

    return max(product(MULTIPLIERS.tolist(), shares), key=merit)
