"""A device's threshold from what operators said of its alerts.

What an alert's readings held up is its *peak*: the highest score that ``raise_after`` readings in a
row all reached. A threshold from the peak upwards would have raised no alert, one below it would.
The threshold that is looked for is the lowest that silences every alert called normal, and never so
high that an alert confirmed as an anomaly would have been missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

Label = Literal["normal", "anomaly"]
LABELS = ("normal", "anomaly")
Effect = Literal["kept", "silenced", "unknown"]

LEAST_FACTOR, MOST_FACTOR = 0.5, 4.0  # of the profile's threshold
ROUNDING = 1e-4  # scores are stored to four decimals


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert, what it was called, and its peak: None where that is not known, since its readings
    are gone or were scored by another model. ``sensor``: a sensor was out when it was raised."""

    alert_id: str
    t: int
    label: Label | None
    peak: float | None
    sensor: bool


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A device's threshold before and after, as factors on the profile's too, and what the new one
    makes of past alerts. Where no threshold will do, the new one is None and ``conflicts`` say why.
    """

    before: float
    after: float | None
    profile_threshold: float
    conflicts: tuple[str, ...]
    effects: tuple[tuple[PastAlert, Effect], ...]

    @property
    def factor(self) -> float | None:
        return None if self.after is None else self.after / self.profile_threshold


def recalibrate(
    alerts: Sequence[PastAlert], *, learned: float, before: float, profile_threshold: float
) -> Recalibration:
    """The threshold that follows from the labels of *alerts*.

    *learned*: the device's threshold without any operator's word, which is kept where the labels
    allow; *before*: the one in force.
    """
    lowest, highest = _find_bounds(alerts, profile_threshold)
    conflicts = _find_conflicts(alerts, lowest, highest, profile_threshold)
    after = None if conflicts else min(max(learned, lowest), highest)
    effects = tuple((alert, _judge_effect(alert, after)) for alert in alerts)
    return Recalibration(before, after, profile_threshold, tuple(conflicts), effects)


def is_allowed(factor: float) -> bool:
    """Whether an operator's factor may be in force (a hair's breadth for its own rounding)."""
    return isfinite(factor) and LEAST_FACTOR - 1e-9 <= factor <= MOST_FACTOR + 1e-9


def _find_bounds(alerts: Sequence[PastAlert], profile_threshold: float) -> tuple[float, float]:
    """The lowest threshold that silences what is normal, the highest that keeps what is not."""
    lowest, highest = LEAST_FACTOR * profile_threshold, MOST_FACTOR * profile_threshold
    for alert in alerts:
        if alert.peak is None or alert.sensor:
            continue
        if alert.label == "normal":
            lowest = max(lowest, alert.peak + ROUNDING)
        if alert.label == "anomaly":
            highest = min(highest, alert.peak - ROUNDING)
    return lowest, highest


def _find_conflicts(
    alerts: Sequence[PastAlert], lowest: float, highest: float, profile_threshold: float
) -> list[str]:
    labelled = [alert for alert in alerts if alert.label is not None]
    found = [
        f"alert {alert.alert_id} was raised with a sensor out: no threshold silences it"
        for alert in labelled
        if alert.sensor and alert.label == "normal"
    ]
    found += [
        f"alert {alert.alert_id}: its readings are gone, or another model scored them"
        for alert in labelled
        if alert.peak is None and not alert.sensor
    ]
    if lowest <= highest:
        return found
    if lowest > MOST_FACTOR * profile_threshold:
        found.append(
            f"what is called normal reaches {lowest:.3g}, more than {MOST_FACTOR:g} times the "
            f"profile's threshold {profile_threshold:.3g}"
        )
    if highest < LEAST_FACTOR * profile_threshold:
        found.append(
            f"a confirmed anomaly only reaches {highest:.3g}, less than {LEAST_FACTOR:g} times "
            f"the profile's threshold {profile_threshold:.3g}"
        )
    return [*found, *_find_disagreements(labelled)]


def _find_disagreements(labelled: Sequence[PastAlert]) -> list[str]:
    """The alerts called normal that are at least as odd as one that was confirmed."""
    known = [alert for alert in labelled if alert.peak is not None and not alert.sensor]
    confirmed = [alert for alert in known if alert.label == "anomaly"]
    if not confirmed:
        return []
    least = min(confirmed, key=lambda alert: alert.peak or 0.0)
    return [
        f"alert {alert.alert_id}, called normal, reaches {alert.peak:.4f}: to silence it would "
        f"miss the confirmed anomaly {least.alert_id}, which reaches {least.peak:.4f}"
        for alert in known
        if alert.label == "normal" and (alert.peak or 0.0) + 2 * ROUNDING > (least.peak or 0.0)
    ]


def _judge_effect(alert: PastAlert, threshold: float | None) -> Effect:
    if alert.sensor:
        return "kept"
    if alert.peak is None or threshold is None:
        return "unknown"
    return "kept" if alert.peak > threshold else "silenced"
