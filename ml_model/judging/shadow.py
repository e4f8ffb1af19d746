"""Shadow comparison: what a candidate bundle would have done where the active one was at work.

Both score the same recordings and decide by the product's own rule. An alert of one and an alert of
the other are the same when they overlap, or would within one window. The verdict follows from one
rule, in words:

- *enough data*: at least 3 / target device-days were scored. A detector that raised nothing in so
  long is below the target rate with 95 % confidence (the rule of three).
- *the rate*: the candidate's alerts that nobody confirmed are at most 1.5 times the target a
  device and day, or at most the active bundle's: faults that nobody has confirmed yet count for
  both.
- *nothing lost*: a confirmed alert that the active bundle raises, the candidate raises as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from ml_model.detector.scoring import ScoredRecording
from ml_model.recording import Span

RATE_MARGIN = 1.5
RULE_OF_THREE = 3.0


@dataclass(frozen=True, slots=True)
class Shadow:
    """One recording as one bundle judged it: scores, anomalous bool ``[n]``, and its alerts."""

    scored: ScoredRecording
    anomalous: NDArray[np.bool_]
    alerts: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two bundles did with the same recordings.

    ``agreement``: the share of all alerts that the other bundle raised as well, None without any.
    ``confirmed``: what is right and the active bundle found; ``lost`` of these the candidate did
    not. ``..._unconfirmed`` count alerts where nothing is known to be right.
    ``readings_agree``: the share of scored readings judged alike. ``score_correlation`` is
    Spearman's, so that the scale of the scores does not matter; None where one score is constant.
    """

    days: float
    active_alerts: Sequence[Span]
    candidate_alerts: Sequence[Span]
    only_active: Sequence[Span]
    only_candidate: Sequence[Span]
    active_unconfirmed: int
    candidate_unconfirmed: int
    confirmed: Sequence[Span]
    lost: Sequence[Span]
    agreement: float | None
    readings_agree: float | None
    score_correlation: float | None


def compare(
    active: Sequence[Shadow], candidate: Sequence[Shadow], confirmed: Sequence[Span], window_ms: int
) -> Comparison:
    """Hold two bundles' judgements of the same recordings, in the same order, side by side.

    *confirmed*: where an alert is right, by an operator's word or a label.
    """
    ours = [alert for shadow in active for alert in shadow.alerts]
    theirs = [alert for shadow in candidate for alert in shadow.alerts]
    only_active, only_candidate = (
        _find_apart(ours, theirs, window_ms),
        _find_apart(theirs, ours, window_ms),
    )
    missed = _find_apart(confirmed, ours, window_ms)
    found = [span for span in confirmed if span not in missed]
    alerts = len(ours) + len(theirs)
    alone = len(only_active) + len(only_candidate)
    return Comparison(
        days=sum(shadow.scored.scored_days for shadow in candidate),
        active_alerts=ours,
        candidate_alerts=theirs,
        only_active=only_active,
        only_candidate=only_candidate,
        active_unconfirmed=len(_find_apart(ours, confirmed, window_ms)),
        candidate_unconfirmed=len(_find_apart(theirs, confirmed, window_ms)),
        confirmed=found,
        lost=_find_apart(found, theirs, window_ms),
        agreement=None if alerts == 0 else 1 - alone / alerts,
        readings_agree=_compare_readings(active, candidate),
        score_correlation=_correlate(active, candidate),
    )


def reasons_against(comparison: Comparison, target_per_day: float) -> list[str]:
    """Why the candidate is not fit to be promoted, in words; empty when it is."""
    needed = RULE_OF_THREE / target_per_day
    if comparison.days < needed:
        too_few = (
            f"{comparison.days:.2f} device-days are too few to tell a rate of {target_per_day:g} a "
            f"day: {needed:g} are needed; take more devices or a longer time"
        )
        return [too_few]
    reasons = []
    rate = comparison.candidate_unconfirmed / comparison.days
    allowed = RATE_MARGIN * target_per_day
    before = comparison.active_unconfirmed / comparison.days
    if rate > max(allowed, before):
        reasons.append(
            f"{rate:.2f} alerts a device and day that nobody confirmed, where {allowed:.2f} are "
            f"allowed and the active bundle raises {before:.2f}"
        )
    if comparison.lost:
        named = ", ".join(f"{span.device} at {span.from_t}" for span in comparison.lost[:3])
        reasons.append(
            f"{len(comparison.lost)} of {len(comparison.confirmed)} confirmed alerts are lost "
            f"({named}{', …' if len(comparison.lost) > 3 else ''})"
        )
    return reasons


def report_of(comparison: Comparison, target_per_day: float) -> dict[str, Any]:
    """The comparison as JSON, with the verdict."""
    reasons = reasons_against(comparison, target_per_day)
    return {
        "fit": not reasons,
        "reasons": reasons,
        "target_per_day": target_per_day,
        "device_days": round(comparison.days, 3),
        "agreement": _round(comparison.agreement),
        "readings_agree": _round(comparison.readings_agree),
        "score_correlation": _round(comparison.score_correlation),
        "confirmed": len(comparison.confirmed),
        "lost": _describe_spans(comparison.lost),
        "only_active": _describe_spans(comparison.only_active),
        "only_candidate": _describe_spans(comparison.only_candidate),
        "active": _describe_side(
            comparison.active_alerts, comparison.active_unconfirmed, comparison.days
        ),
        "candidate": _describe_side(
            comparison.candidate_alerts, comparison.candidate_unconfirmed, comparison.days
        ),
    }


def _find_apart(spans: Sequence[Span], others: Sequence[Span], within_ms: int) -> list[Span]:
    """Those of *spans* that meet none of *others*."""
    by_device: dict[str, list[Span]] = {}
    for other in others:
        by_device.setdefault(other.device, []).append(other)
    return [
        span
        for span in spans
        if not any(span.meets(other, within_ms) for other in by_device.get(span.device, []))
    ]


def _compare_readings(active: Sequence[Shadow], candidate: Sequence[Shadow]) -> float | None:
    alike = both = 0
    for mine, other in zip(active, candidate, strict=True):
        scored = np.isfinite(mine.scored.score) & np.isfinite(other.scored.score)
        both += int(scored.sum())
        alike += int((mine.anomalous == other.anomalous)[scored].sum())
    return alike / both if both else None


def _correlate(active: Sequence[Shadow], candidate: Sequence[Shadow]) -> float | None:
    if not active:
        return None
    ours = np.concatenate([shadow.scored.score for shadow in active])
    theirs = np.concatenate([shadow.scored.score for shadow in candidate])
    both = np.isfinite(ours) & np.isfinite(theirs)
    if not both.any() or np.ptp(ours[both]) == 0 or np.ptp(theirs[both]) == 0:
        return None
    return float(spearmanr(ours[both], theirs[both]).statistic)


def _describe_side(alerts: Sequence[Span], unconfirmed: int, days: float) -> dict[str, Any]:
    return {
        "alerts": len(alerts),
        "unconfirmed": unconfirmed,
        "unconfirmed_per_device_day": round(unconfirmed / days, 4) if days else None,
    }


def _describe_spans(spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [{"deviceId": span.device, "from": span.from_t, "to": span.to_t} for span in spans]


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
