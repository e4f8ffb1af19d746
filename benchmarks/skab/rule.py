"""The threshold: a quantile of a file's own training scores, times what other groups settle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.skab.protocol import Counts, Flags, count
from benchmarks.skab.recordings import GROUPS, TRAINING_ROWS, LabelledFile

QUANTILE = 0.99
MULTIPLIERS = np.geomspace(0.5, 30.0, 120)
HIGHEST_FAR_PCT = 13.55  # of the best published detector
Rows = NDArray[np.floating]


def decided(files: Sequence[LabelledFile], scores: Sequence[Rows]) -> list[Flags]:
    """Flags of the test rows of every file.

    The multiplier of a group is the best on the two others, so no label of a group decides it.
    ``scores``: of all rows of each file; what cannot be scored is NaN and not flagged.
    """
    chosen = {group: _best(files, scores, group) for group in GROUPS}
    return [flags(score, chosen[file.group]) for file, score in zip(files, scores, strict=True)]


def flags(score: Rows, multiplier: float) -> Flags:
    """Which test rows are above *multiplier* times the quantile of the training rows."""
    level = float(np.nanquantile(score[:TRAINING_ROWS], QUANTILE))
    above: Flags = score[TRAINING_ROWS:] > multiplier * level
    return above


def _best(files: Sequence[LabelledFile], scores: Sequence[Rows], left_out: str) -> float:
    """The multiplier of the highest F1 whose false alarms stay within the bound."""
    others = [
        (file.truth, score)
        for file, score in zip(files, scores, strict=True)
        if file.group != left_out
    ]
    truths = [truth for truth, _ in others]

    def merit(multiplier: float) -> tuple[bool, float]:
        counts: Counts = count(truths, [flags(score, multiplier) for _, score in others])
        return counts.far_pct <= HIGHEST_FAR_PCT, counts.f1

    return max((float(one) for one in MULTIPLIERS), key=merit)
