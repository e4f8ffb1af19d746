"""Whether a bundle that was made again is the committed one, told by the figures it promises.

On the machine that made it, a bundle comes out identical to the byte. Another processor adds in
another order: weights and scores differ in their last digits, training may end an epoch earlier or
later, and a fault close to the threshold may fall on its other side. The tolerances leave room for
a few of these and for nothing that an operator would notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import TocsinError

THRESHOLD_SHARE = 0.01  # of the committed threshold
EVENT_RATIO = 0.02  # four of the 200 events or so
KIND_RECALL = 0.1  # two of a kind's 20 to 40 events
FALSE_ALERTS_PER_DAY = 0.25  # two in the 8 device-days
DELAY_READINGS, DELAY_SHARE = 2, 0.1  # whichever allows more
ROUNDING = 1e-9  # 1 - .98 is a little more than .02


class ReproductionError(TocsinError):
    """There is no bundle to make again, or it was not said which."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the committed bundle and of the one made; None where it has no value."""

    name: str
    committed: float | None
    made: float | None
    tolerance: float

    @property
    def within(self) -> bool:
        """A value on one side only is beyond any tolerance, and so is what is not a number."""
        if self.committed is None or self.made is None:
            return self.committed is None and self.made is None
        return abs(self.made - self.committed) <= self.tolerance + ROUNDING


def figures_of(
    committed: Mapping[str, Any], made: Mapping[str, Any], period_s: float
) -> list[Figure]:
    """The figures of two bundles' descriptions side by side, those over all faults first.

    ``period_s``: the time between two readings. What a description lacks is None.
    """

    def make_figure(name: str, *path: str, tolerance: float, share: float = 0.0) -> Figure:
        before = _number_at(committed, path)
        allowed = max(tolerance, share * abs(before or 0.0))
        return Figure(name, before, _number_at(made, path), allowed)

    def make_delay(name: str, *path: str) -> Figure:
        return make_figure(name, *path, tolerance=DELAY_READINGS * period_s, share=DELAY_SHARE)

    events, by_kind = ("metrics", "events"), ("metrics", "events", "by_kind")
    figures = [
        make_figure("threshold", "threshold", tolerance=0, share=THRESHOLD_SHARE),
        make_figure("events", *events, "total", tolerance=0),
        make_figure("event precision", *events, "precision", tolerance=EVENT_RATIO),
        make_figure("event recall", *events, "recall", tolerance=EVENT_RATIO),
        make_figure(
            "false alerts a device-day", "metrics", "false_alerts_per_device_day",
            tolerance=FALSE_ALERTS_PER_DAY,
        ),
        make_delay("median delay s", *events, "median_delay_s"),
    ]  # fmt: skip
    for kind in sorted(_kinds_in(committed, by_kind) | _kinds_in(made, by_kind)):
        path = (*by_kind, kind)
        figures.append(make_figure(f"{kind}: recall", *path, "recall", tolerance=KIND_RECALL))
        figures.append(make_delay(f"{kind}: median delay s", *path, "median_delay_s"))
    return figures


def _kinds_in(described: Mapping[str, Any], path: tuple[str, ...]) -> set[str]:
    found = _look_up(described, path)
    return set(found) if isinstance(found, Mapping) else set()


def _number_at(described: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    found = _look_up(described, path)
    return float(found) if isinstance(found, (int, float)) else None


def _look_up(described: Mapping[str, Any], path: tuple[str, ...]) -> object:
    """What lies at *path*, None where the description is of another form."""
    found: object = described
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
