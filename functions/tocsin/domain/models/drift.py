"""Drift: how far what devices send, and how it scores, has moved from what a bundle was made on.

Each channel and the score is held against a reference distribution; the largest figure is the
profile's. A figure is read in the usual way of the population stability index: below .1 stable,
from .1 to .25 to be watched, above .25 drifted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.distribution import (
    DRIFTED,
    WATCH,
    Distribution,
    distribution_document,
    distribution_of,
    figure_of,
    parse_distribution,
)
from tocsin.domain.profile import Profile

LEAST_READINGS = 1_000
SCORE = "score"

State = Literal["stable", "watch", "drifted", "unknown"]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a bundle was made on: its normal scores, and each channel in the profile's order."""

    score: Distribution
    channels: Mapping[str, Distribution]


@dataclass(frozen=True, slots=True)
class Drift:
    """The figure of each channel and of the score; None where too few readings have a score."""

    score: float | None
    channels: Mapping[str, float]
    readings: int

    @property
    def largest(self) -> str | None:
        """What has moved most: a channel's name or ``score``; None without any reading."""
        figures = dict(self.channels)
        if self.score is not None:
            figures[SCORE] = self.score
        return max(figures, key=lambda name: figures[name]) if figures else None

    @property
    def figure(self) -> float | None:
        """The largest of them: the profile's one figure."""
        largest = self.largest
        if largest is None:
            return None
        return self.score if largest == SCORE and self.score is not None else self.channels[largest]

    @property
    def state(self) -> State:
        figure = self.figure
        return "unknown" if figure is None or self.readings < LEAST_READINGS else state_of(figure)


def state_of(figure: float) -> State:
    """The usual reading of one figure."""
    if figure < WATCH:
        return "stable"
    return "watch" if figure <= DRIFTED else "drifted"


def reference_of(
    scores: Sequence[NDArray[np.floating]], values: Sequence[NDArray[np.floating]], profile: Profile
) -> Reference:
    """The reference of normal running: each device's *scores* ``[k]`` (NaN: none), and each
    device's readings ``[n, c]``; the devices of both may differ."""
    return Reference(
        score=distribution_of([of_device[np.isfinite(of_device)] for of_device in scores]),
        channels={
            name: distribution_of([of_device[:, index] for of_device in values])
            for index, name in enumerate(profile.judged_names)
        },
    )


def drift_of(
    reference: Reference, scores: NDArray[np.floating], values: NDArray[np.floating]
) -> Drift:
    """How far recent *scores* ``[k]`` and readings ``[n, c]`` are from *reference*.

    Readings without a score say nothing of the score; a missing value says something of its
    channel. Columns are in the reference's order.
    """
    known = scores[np.isfinite(scores)]
    judged = any(reference.score.shares) and len(known) >= LEAST_READINGS
    # What a device is given to do, its covariate, is the last column and nobody's drift.
    columns = zip(reference.channels.items(), values.T[: len(reference.channels)], strict=True)
    return Drift(
        score=figure_of(reference.score, known) if judged else None,
        channels={
            name: figure_of(distribution, column)
            for (name, distribution), column in columns
            if len(column)
        },
        readings=len(values),
    )


def drift_document_id(profile: str) -> str:
    """The id of a profile's drift among the documents of ``settings``."""
    return f"drift:{profile}"


def reference_document(reference: Reference) -> dict[str, Any]:
    """The field ``reference`` of bundle.json (docs/formats.md)."""
    return {
        SCORE: distribution_document(reference.score),
        "channels": {
            name: distribution_document(distribution)
            for name, distribution in reference.channels.items()
        },
    }


def parse_reference(bundle: Mapping[str, Any], profile: Profile) -> Reference:
    """The reference of a bundle.json; raises InvalidBundleError when it is missing or malformed."""
    try:
        document = bundle["reference"]
        reference = Reference(
            score=parse_distribution(document[SCORE]),
            channels={
                name: parse_distribution(document["channels"][name])
                for name in profile.judged_names
            },
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidBundleError(
            f"the bundle of profile {profile.name!r} has no usable reference for drift "
            f"({error!r}); train it again"
        ) from error
    return reference
