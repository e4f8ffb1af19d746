"""A stored message, read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.stored import OPTIONAL_NUMBER, OPTIONAL_TEXT, take_field, take_mapping


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """What was kept of a message of n readings, as far as it was asked for.

    t: n event times (ms), increasing.
    channels: n values by channel, None where missing; empty where they were not asked for.
    score: n anomaly scores, None where no window was full.
    threshold: in force at the last reading; None where it was not asked for or nothing scored.
    model_version: that of the scores; None where it was not asked for or nothing scored.
    """

    t: Sequence[int]
    channels: Mapping[str, Sequence[float | None]]
    score: Sequence[float | None]
    threshold: float | None
    model_version: str | None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> StoredMessage:
        """Read a ``readings`` document or some fields of it. Raises DamagedDocumentError."""
        t, score = take_field(document, "t", list), take_field(document, "score", list)
        channels = take_mapping(document, "channels", list)
        if any(len(column) != len(t) for column in (score, *channels.values())):
            raise DamagedDocumentError(
                f"the stored message {document.get('id')!r} of device "
                f"{document.get('deviceId')!r} is damaged: its {len(t)} readings have {len(score)} "
                f"scores and {sorted({*map(len, channels.values())})} values a channel"
            )
        return cls(
            t=t,
            channels=channels,
            score=score,
            threshold=take_field(document, "threshold", *OPTIONAL_NUMBER),
            model_version=take_field(document, "modelVersion", *OPTIONAL_TEXT),
        )
