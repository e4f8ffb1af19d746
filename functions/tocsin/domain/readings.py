"""A message with its scores, and the document it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.bundle import BundleSpec
from tocsin.domain.telemetry import Message

TTL_S = 30 * 24 * 3_600
SCORE_DECIMALS = 4
CONTRIBUTION_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """A message and what the model said of its readings.

    ``score``: float32 ``[n]``, NaN where no window was full. ``contributions``: float32
    ``[n, c]``, 0 there. ``anomalous``: bool ``[n]``. Without a model, ``spec`` is None and nothing
    is anomalous.
    """

    message: Message
    score: NDArray[np.float32]
    contributions: NDArray[np.float32]
    anomalous: NDArray[np.bool_]
    spec: BundleSpec | None

    @classmethod
    def of(
        cls,
        message: Message,
        spec: BundleSpec | None,
        full: NDArray[np.bool_],
        score: NDArray[np.float32],
        contributions: NDArray[np.float32],
    ) -> Scored:
        """Spread the scores ``[k]`` and contributions ``[k, c]`` of the *full* windows."""
        readings, channels = message.values.shape
        all_scores = np.full(readings, np.nan, dtype=np.float32)
        all_contributions = np.zeros((readings, channels), dtype=np.float32)
        all_scores[full] = score
        all_contributions[full] = contributions
        return cls(
            message=message,
            score=all_scores,
            contributions=all_contributions,
            # A comparison with NaN is false: a reading without a score is not anomalous.
            anomalous=all_scores > (np.inf if spec is None else spec.threshold),
            spec=spec,
        )

    @property
    def threshold(self) -> float | None:
        return None if self.spec is None else self.spec.threshold

    @property
    def model_version(self) -> str | None:
        return None if self.spec is None else self.spec.version

    def score_list(self) -> list[float | None]:
        """The scores for a document: rounded, None where there is none."""
        return [_rounded(score) for score in self.score.tolist()]

    def score_at(self, index: int) -> float | None:
        """One reading's score as ``score_list`` has it."""
        return _rounded(float(self.score[index]))

    def contribution_lists(self) -> dict[str, list[float]]:
        """For each channel its share of the score, one number a reading."""
        rounded = self.contributions.T.astype(np.float64).round(CONTRIBUTION_DECIMALS).tolist()
        return dict(zip(self.message.profile.channel_names, rounded, strict=True))

    def contributions_at(self, index: int) -> dict[str, float]:
        rounded = self.contributions[index].astype(np.float64).round(CONTRIBUTION_DECIMALS)
        return dict(zip(self.message.profile.channel_names, rounded.tolist(), strict=True))

    def latest_values(self) -> dict[str, float | None]:
        """The last reading's value by channel, None where missing."""
        channels = self.message.channels
        return {
            name: channels[name][-1] if name in channels else None
            for name in self.message.profile.channel_names
        }


def _rounded(score: float) -> float | None:
    return None if isnan(score) else round(score, SCORE_DECIMALS)


def reading_document(scored: Scored) -> dict[str, Any]:
    """The ``readings`` document of a message (docs/formats.md).

    The id is a function of the message alone, so a message delivered twice is stored once.
    """
    message = scored.message
    return {
        "id": f"{message.first_t}-{message.seq}",
        "deviceId": message.device_id,
        "siteId": message.site_id,
        "schema": 1,
        "profile": message.profile.name,
        "seq": message.seq,
        "t": message.t.tolist(),
        "firstT": message.first_t,
        "lastT": message.last_t,
        "channels": message.channels,
        "score": scored.score_list(),
        "threshold": scored.threshold,
        "anomalous": scored.anomalous.tolist(),
        "contributions": scored.contribution_lists(),
        "modelVersion": scored.model_version,
        "enqueuedAt": message.enqueued_at,
        "ttl": TTL_S,
    }
