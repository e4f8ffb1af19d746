"""Score records for whoever asks: nothing is stored, and nobody is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.devices.readings import SENSOR_STATES
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.judging.detection import Detection, Record, gather_windows
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.scoring import Model, Models

SLICE = 256  # windows at a time: the scoring of what devices send waits for no more than these
FAILED = "the model failed on it; the log of the function app says how"

log = logging.getLogger(__name__)

Scores = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]


@dataclass(frozen=True, slots=True)
class Detected:
    """What was found of each record, in their order: a Detection, or in words why there is none.

    threshold: the profile's own; a device may have learned another.
    """

    model_version: str
    threshold: float
    results: Sequence[Detection | str]


async def detect(
    profile_name: str,
    records: Sequence[Record | str],
    *,
    profiles: Mapping[str, Profile],
    models: Models,
    targets: AlertTargets,
) -> Detected:
    """Score *records*, each for itself; a text stands for a record that is none, and says why.

    targets: the false alerts that thresholds are set for.
    Raises InvalidRequestError for an unknown profile, and NotFoundError where no model scores it.
    """
    profile = profiles.get(profile_name)
    if profile is None:
        known = ", ".join(sorted(profiles))
        raise InvalidRequestError(f"there is no profile {profile_name!r:.80}; there are {known}")
    model = await models.current(profile)
    if model is None:
        raise NotFoundError(f"no model is active for the profile {profile_name!r}")
    threshold = Rule.of(model.spec, profile, targets.of(profile_name)).threshold
    # Off the event loop, which goes on receiving meanwhile.
    results = await asyncio.to_thread(_detect_each, records, profile, model, threshold)
    return Detected(model.spec.version, threshold, results)


def _detect_each(
    records: Sequence[Record | str], profile: Profile, model: Model, threshold: float
) -> list[Detection | str]:
    gathered = gather_windows(records, profile)
    results: dict[int, Detection | str] = {**gathered.errors}
    for start in range(0, len(gathered.windows), SLICE):
        part = slice(start, start + SLICE)
        indices = gathered.indices[part]
        found = _score_windows(gathered.windows[part], model)
        for index, scores in zip(indices, found, strict=True):
            results[index] = (
                FAILED if scores is None else _judge(scores, records[index], profile, threshold)
            )
    return [results[index] for index in range(len(records))]


def _score_windows(windows: NDArray[np.float32], model: Model) -> Iterator[Scores | None]:
    """The score, contributions and sensors of each window; None where the model fails on it."""
    try:
        scores, contributions, sensors = model.score(windows)
    except Exception:
        # Whatever it fails with: halves, and halves of these, until what it fails on is alone.
        if len(windows) == 1:
            log.exception("The model %r failed on a record", model.spec.version)
            yield None
            return
        middle = len(windows) // 2
        yield from _score_windows(windows[:middle], model)
        yield from _score_windows(windows[middle:], model)
    else:
        # No JSON has an infinity: a sum that overflowed is as odd as can be, and nobody can say of
        # whose doing.
        shares = np.nan_to_num(contributions, posinf=0.0, neginf=0.0)
        yield from zip(np.nan_to_num(scores), shares, sensors, strict=True)


def _judge(scores: Scores, record: Record | str, profile: Profile, threshold: float) -> Detection:
    score, shares, states = scores
    found = float(score)
    named = zip(profile.channel_names, shares.tolist(), states.tolist(), strict=True)
    asked = [part for part in named if part[0] in record]
    return Detection(
        score=found,
        anomalous=found > threshold,
        contributions={name: share for name, share, _ in asked},
        sensors={name: SENSOR_STATES[state] for name, _, state in asked if state},
    )
