"""How far the scoring of a partition has come, as the database keeps it for every instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.domain.stored import OPTIONAL_TEXT, OPTIONAL_WHOLE, take_field, take_mapping

PROGRESS = "progress"
RECENT_MS = 60_000  # what was said longer ago, of devices that went quiet, says nothing of now
REFUSED_FOR_MS = 10 * 60 * 1_000  # a bundle stays refused until it is replaced, by people
MOST_REFUSED = 16
LONGEST_REFUSAL = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """What was last said of one partition of the telemetry. Times in ms.

    at: when it was said.
    scored_to: sequence number of the newest message that was scored; None before the first.
    behind_ms: how old the oldest message of the last batch was when it had been scored.
    waiting_since: when the hub took the oldest message that fails to be scored; None where the
        last batch was scored.
    why: what kind of error it fails with.
    refused: by profile why whoever scores the partition does not take its active model bundle.
    """

    partition: str
    at: int
    scored_to: int | None
    behind_ms: int
    waiting_since: int | None
    why: str | None
    refused: Mapping[str, str] = field(default_factory=dict)

    def measure_age_ms(self, now_ms: int) -> int:
        """Age of the oldest message that is known to be unscored, or just was; 0 for none."""
        if self.waiting_since is not None:
            return max(0, now_ms - self.waiting_since)
        return self.behind_ms if now_ms - self.at < RECENT_MS else 0

    def find_refused(self, now_ms: int) -> Mapping[str, str]:
        """By profile why its active bundle is refused; what was said long ago is left out."""
        return self.refused if now_ms - self.at < REFUSED_FOR_MS else {}

    def to_document(self) -> dict[str, Any]:
        return {
            "id": f"{PROGRESS}:{self.partition}",
            "type": PROGRESS,
            "partition": self.partition,
            "at": self.at,
            "scoredTo": self.scored_to,
            "behindMs": self.behind_ms,
            "waitingSince": self.waiting_since,
            "why": self.why,
            "refused": dict(self.refused),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Progress:
        """Raises DamagedDocumentError."""
        return cls(
            partition=take_field(document, "partition", str),
            at=take_field(document, "at", int),
            scored_to=take_field(document, "scoredTo", *OPTIONAL_WHOLE),
            behind_ms=take_field(document, "behindMs", int),
            waiting_since=take_field(document, "waitingSince", *OPTIONAL_WHOLE),
            why=take_field(document, "why", *OPTIONAL_TEXT),
            refused=take_mapping(document, "refused", str),
        )


def shorten_refusals(refused: Mapping[str, str]) -> dict[str, str]:
    """What is said of refused bundles: a damaged one may quote anything at any length."""
    kept = sorted(refused.items())[:MOST_REFUSED]
    return {profile: text[:LONGEST_REFUSAL] for profile, text in kept}
