"""How well a bundle finds the faults of labelled recordings.

Protocol. What is anomalous and when an alert is raised is decided by the product's own ``decide``,
over each recording as a device that was never seen before: threshold for the target rate, sensors,
operating states, adaptation to the device, aftermath, hysteresis, cooldown. An event is a run of
readings with one fault label. It is found when an alert is raised from its first reading up to
``raise_after`` readings after its last. While a window still holds a faulty reading, the return to
normal may raise another alert: that one counts for nothing. Every other alert is false. Late data
changes no value and gives nothing to see: it is listed but kept out of the totals. Nothing is
adjusted by points, and no threshold is chosen on these recordings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml_model.detector.deciding import decide_recording
from ml_model.detector.scoring import ScoredRecording
from tocsin.domain.calling.scoring import Change
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.profile import Profile

UNSEEN_KINDS = frozenset({"late_burst"})


@dataclass(frozen=True, slots=True)
class Event:
    """One fault of one device. ``end`` is the index after its last reading.

    ``delay_s``: from its first reading to the alert, and ``delay_windows`` the windows scored by
    then, one a reading; None where it was not found.
    """

    kind: str
    start: int
    end: int
    delay_s: float | None
    delay_windows: int | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One recording's alerts compared with its labels. ``near`` marks readings whose window holds a
    faulty one, bool ``[n]``; ``false_alerts`` are indices of readings, as are those in
    ``changes``; ``thresholds`` ``[n]`` were in force."""

    scored: ScoredRecording
    thresholds: NDArray[np.float64]
    anomalous: NDArray[np.bool_]
    changes: list[tuple[int, Change]]
    near: NDArray[np.bool_]
    events: list[Event]
    false_alerts: list[int]

    @property
    def raised(self) -> list[int]:
        return [index for index, change in self.changes if change == "raised"]


def judge(scored: ScoredRecording, rule: Rule, profile: Profile) -> Judgement:
    recording, window = scored.recording, profile.window
    judged = decide_recording(scored, rule, profile)
    decided = judged.decided
    raised = [index for index, change in decided.changes if change == "raised"]
    faulty = np.flatnonzero(recording.fault != "")
    last_faulty = np.full(len(recording.t), -window)
    last_faulty[faulty] = faulty
    last_faulty = np.maximum.accumulate(last_faulty)
    near = np.arange(len(recording.t)) - last_faulty < window
    raise_after = rule.hysteresis.raise_after
    events = [
        Event(kind, start, end, *_find_delay(recording.t, raised, start, end + raise_after))
        for kind, start, end in find_runs(recording.fault)
    ]
    return Judgement(
        scored=judged.scored,
        thresholds=np.array(decided.thresholds),
        anomalous=np.array(decided.anomalous, dtype=np.bool_),
        changes=decided.changes,
        near=near,
        events=events,
        false_alerts=[index for index in raised if not near[index]],
    )


def metrics_of(judged: Sequence[Judgement]) -> dict[str, Any]:
    """The figures of metrics.json; None where there is nothing to divide by."""
    events = [event for judgement in judged for event in judgement.events]
    seen = [event for event in events if event.kind not in UNSEEN_KINDS]
    found = [event.delay_s for event in seen if event.delay_s is not None]
    false_alerts = sum(len(judgement.false_alerts) for judgement in judged)
    days = sum(judgement.scored.scored_days for judgement in judged)
    return {
        "events": {
            "total": len(seen),
            "found": len(found),
            "precision": _divide(len(found), len(found) + false_alerts),
            "recall": _divide(len(found), len(seen)),
            "median_delay_s": float(np.median(found)) if found else None,
            "by_kind": {
                kind: _measure_kind([event for event in events if event.kind == kind])
                for kind in sorted({event.kind for event in events})
            },
        },
        "readings": _measure_readings(judged),
        "false_alerts": false_alerts,
        "device_days": round(days, 3),
        "false_alerts_per_device_day": _divide(false_alerts, days),
    }


def mark_readings(judged: Judgement) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each reading: does it hold a fault the score can see, and does it count at all.

    Readings without a score, of unseen kinds, and between a fault and the last window that holds
    it, do not count.
    """
    fault = judged.scored.recording.fault
    faulty = (fault != "") & ~np.isin(fault, sorted(UNSEEN_KINDS))
    return faulty, np.isfinite(judged.scored.score) & (faulty | ~judged.near)


def _measure_readings(judged: Sequence[Judgement]) -> dict[str, Any]:
    hit = missed = wrong = 0
    for judgement in judged:
        faulty, counts = mark_readings(judgement)
        hit += int((judgement.anomalous & faulty & counts).sum())
        missed += int((~judgement.anomalous & faulty & counts).sum())
        wrong += int((judgement.anomalous & ~faulty & counts).sum())
    return {"precision": _divide(hit, hit + wrong), "recall": _divide(hit, hit + missed)}


def _measure_kind(events: Sequence[Event]) -> dict[str, Any]:
    delays = [event.delay_s for event in events if event.delay_s is not None]
    windows = [event.delay_windows for event in events if event.delay_windows is not None]
    return {
        "total": len(events),
        "found": len(delays),
        "recall": _divide(len(delays), len(events)),
        "median_delay_s": float(np.median(delays)) if delays else None,
        "median_delay_windows": float(np.median(windows)) if windows else None,
    }


def find_runs(fault: NDArray[np.str_]) -> list[tuple[str, int, int]]:
    """Runs of one label: (kind, start, end), the end not included."""
    borders = [0, *(np.flatnonzero(fault[1:] != fault[:-1]) + 1).tolist(), len(fault)]
    return [(str(fault[a]), a, b) for a, b in pairwise(borders) if a < b and fault[a] != ""]


def _find_delay(
    t: NDArray[np.int64], raised: Sequence[int], start: int, end: int
) -> tuple[float, int] | tuple[None, None]:
    """From the reading *start* to the first of *raised* before *end*: in s and in windows."""
    inside = [index for index in raised if start <= index < end]
    if not inside:
        return None, None
    return float(t[inside[0]] - t[start]) / 1_000, inside[0] - start + 1


def _divide(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None
