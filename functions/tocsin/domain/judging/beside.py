"""A second fault while a device is in an alert already.

An alert may stay open for hours, and must not hide the next fault. A channel that was not to blame
when it was raised, and whose part of the score then passes the threshold by itself, is called by an
alert of its own beside the first. In its first window a fault still spreads over its channels: what
joins in that time belongs to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.stored import take_field, take_mapping


@dataclass(frozen=True, slots=True)
class Beside:
    """What has joined the open alert.

    known: the channels that are called already, by the first alert or one beside it.
    runs: by channel how many of the latest readings in a row it was anomalous by itself.
    raised: by channel the event time (ms) at which its own alert was raised.
    """

    known: frozenset[str] = frozenset()
    runs: Mapping[str, int] = field(default_factory=dict)
    raised: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Beside:
        """Raises DamagedDocumentError."""
        return cls(
            frozenset(map(str, take_field(document, "known", list))),
            take_mapping(document, "runs", int),
            take_mapping(document, "raised", int),
        )

    def to_document(self) -> dict[str, Any]:
        return {
            "known": sorted(self.known),
            "runs": dict(self.runs),
            "raised": dict(self.raised),
        }


NOTHING = Beside()


def join_alert(
    beside: Beside,
    own: Mapping[str, NDArray[np.bool_]],
    settled: NDArray[np.bool_],
    raise_after: int,
) -> tuple[Beside, list[tuple[int, str]]]:
    """Step *beside* over m readings of an open alert.

    own: by channel whether its part of the score alone is above the threshold, ``[m]``.
    settled: whether the alert is older than a window, ``[m]``.
    Returns what is known then, and (index of the deciding reading, channel) of what is raised.
    """
    known = beside.known | {name for name, above in own.items() if (above & ~settled).any()}
    runs: dict[str, int] = {}
    raised: list[tuple[int, str]] = []
    for name in own.keys() - known:
        in_a_row = _count_in_a_row(own[name] & settled, beside.runs.get(name, 0))
        enough = np.flatnonzero(in_a_row >= raise_after)
        if len(enough):
            raised.append((int(enough[0]), name))
        elif in_a_row[-1]:
            runs[name] = int(in_a_row[-1])
    known |= {name for _, name in raised}
    return Beside(known, runs, beside.raised), sorted(raised)


def note_raised(beside: Beside, raised: Sequence[tuple[int, str]]) -> Beside:
    """With alerts of their own at event times (ms), by channel."""
    news = {name: t for t, name in raised}
    return Beside(beside.known, beside.runs, {**beside.raised, **news}) if news else beside


def _count_in_a_row(above: NDArray[np.bool_], before: int) -> NDArray[np.int64]:
    """How many readings in a row are above, up to each; *before*: up to the one before them."""
    at = np.arange(1, len(above) + 1)
    last_below = np.maximum.accumulate(np.where(above, 0, at))
    return np.where(last_below == 0, at + before, at - last_below)
