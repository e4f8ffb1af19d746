"""A stored message, read back."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from tocsin.domain.devices.not_scored import NotScored, read_not_scored
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.packing.messages import unpack_columns
from tocsin.domain.stored import (
    OPTIONAL_LIST,
    OPTIONAL_NUMBER,
    OPTIONAL_TEXT,
    take_field,
    take_mapping,
)

LAST_MS = 2**53  # beyond it a JSON number is no longer exact


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """What was kept of a message of n readings, as far as it was asked for.

    t: n event times (ms), increasing.
    channels: n values by channel, None where missing; empty where they were not asked for.
    score: n anomaly scores, None where no window was full.
    threshold: in force at the last reading; None where it was not asked for or nothing scored.
    model_version: that of the scores; None where it was not asked for or nothing scored.
    anomalous: n decisions; empty where they were not asked for.
    is_late: whether newer readings were known when it came, so that it could call nobody.
    not_scored: why its last reading has no score; None where it has one, or was not asked for.
    """

    t: Sequence[int]
    channels: Mapping[str, Sequence[float | None]]
    score: Sequence[float | None]
    threshold: float | None
    model_version: str | None
    anomalous: Sequence[bool] = ()
    is_late: bool = False
    not_scored: NotScored | None = None

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> StoredMessage:
        """Read a ``readings`` document or some fields of it. Raises DamagedDocumentError."""
        document = unpack_columns(document)
        t, score = take_field(document, "t", list), take_field(document, "score", list)
        channels = take_mapping(document, "channels", list)
        anomalous = take_field(document, "anomalous", *OPTIONAL_LIST) or ()
        if any(len(column) != len(t) for column in (score, anomalous or t, *channels.values())):
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
            anomalous=anomalous,
            is_late=bool(take_field(document, "late", bool, type(None))),
            not_scored=read_not_scored(document),
        )

    def check_numbers(self) -> None:
        """Make sure that every value is a number; reading leaves this out, since it takes as long
        again. Raises DamagedDocumentError."""
        columns = (self.score, *self.channels.values())
        sound = (
            all(type(t) is int and abs(t) <= LAST_MS for t in self.t)
            and all(type(flag) is bool for flag in self.anomalous)
            and all(value is None or _is_number(value) for value in chain.from_iterable(columns))
        )
        if not sound or not self.t:
            raise DamagedDocumentError(f"a stored message at {list(self.t)[:1]} holds no numbers")


def _is_number(value: object) -> bool:
    # Neither infinite nor no number, and no whole number that is too large for a float.
    return type(value) in {int, float} and abs(cast(float, value)) <= sys.float_info.max
