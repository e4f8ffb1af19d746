"""A message of the rig, scored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.fakes.messages import NOW, PROFILES, RIG, reading_message
from tests.fakes.models import spec_of
from tocsin.domain.devices.readings import DecidedMessage, Scored, spread_scores
from tocsin.domain.judging.decisions import Rule, Standing, decide
from tocsin.domain.messages.decode import decode
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.models.bundle import BundleSpec

NO_SENSOR_OUT = ((0, 0), (0, 0))


def make_message() -> Message:
    sent = reading_message(7, [NOW - 2_000, NOW - 1_000, NOW], [[1.0, 2.0], [None, 3.0], [4.0, 5]])
    return decode(sent, PROFILES, now_ms=NOW)


def decide_scores(
    *scores: float, sensors: Sequence[Sequence[int]] = NO_SENSOR_OUT
) -> DecidedMessage:
    """Scores and sensors of the last readings; the first has no full window."""
    found = spread(spec_of(RIG), [False, True, True], scores, sensors)
    rule = Rule.of(spec_of(RIG), RIG, 0.5)
    out = found.sensors_out()
    return DecidedMessage(found, decide(Standing(), rule, [1, 2, 3], found.score, sensors_out=out))


def spread(
    spec: BundleSpec | None,
    full: Sequence[bool],
    scores: Sequence[float],
    sensors: Sequence[Sequence[int]],
) -> Scored:
    shares = np.array([[0.25, 0.75], [0.12345, 0.87655]], dtype=np.float32)
    (found,) = spread_scores(
        [make_message()],
        spec,
        np.array(full),
        score=np.array(scores, dtype=np.float32),
        contributions=shares[: len(scores)],
        sensors=np.array(sensors, dtype=np.int8).reshape(-1, 2)[: len(scores)],
    )
    return found
