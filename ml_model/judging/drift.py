"""What a bundle was made on, for its description, and how far recordings are from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from ml_model.detector.scoring import ScoredRecording
from ml_model.recording import Recording
from tocsin.domain.models.drift import (
    LEAST_READINGS,
    SCORE,
    Drift,
    drift_of,
    parse_reference,
    reference_document,
    reference_of,
    state_of,
)
from tocsin.domain.profile import Profile


def reference_from(
    scored: Sequence[ScoredRecording], recordings: Sequence[Recording], profile: Profile
) -> dict[str, Any]:
    """The field ``reference`` of bundle.json, from the readings without a fault.

    *scored*: recordings that were held out from training, so that their scores are as online.
    """
    scores = [part.score[part.recording.fault == ""] for part in scored]
    values = [recording.values[recording.fault == ""] for recording in recordings]
    return reference_document(reference_of(scores, values, profile))


def drift_from(
    described: Mapping[str, Any], scored: Sequence[ScoredRecording], profile: Profile
) -> Drift:
    """How far *scored* recordings are from what the bundle of the description was made on.

    Raises InvalidBundleError when it has no usable reference.
    """
    reference = parse_reference(described, profile)
    empty = np.empty((0, len(profile.channels)), dtype=np.float32)
    scores = np.concatenate([empty[:, 0], *(part.score for part in scored)])
    values = np.concatenate([empty, *(part.recording.values for part in scored)])
    return drift_of(reference, scores, values)


def drift_table(drift: Drift, title: str) -> Table:
    """Each figure and how it is usually read, the largest first."""
    figures = dict(drift.channels)
    if drift.score is not None:
        figures[SCORE] = drift.score
    table = Table(title=title)
    table.add_column("")
    table.add_column("drift", justify="right")
    table.add_column("state")
    for name in sorted(figures, key=lambda name: -figures[name]):
        table.add_row(name, f"{figures[name]:.3f}", state_of(figures[name]))
    table.caption = f"{drift.readings} readings: {drift.state}"
    if drift.state == "unknown":
        table.caption += f" (at least {LEAST_READINGS} are needed)"
    return table
