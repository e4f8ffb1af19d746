"""How well a bundle finds the faults of labelled recordings.

Protocol. A reading is anomalous when its score is above the threshold; alerts follow from the
bundle's hysteresis, by the product's own ``decide``. An event is a run of readings with one fault
label. It is found when an alert is raised from its first reading up to ``raise_after`` readings
after its last. While a window still holds a faulty reading, the return to normal may raise another
alert: that one counts for nothing. Every other alert is false. Kinds of fault that change no value
(late data) or take values away (dropout) give the score nothing to see; they are listed but kept
out of the totals. Nothing is adjusted by points, and no threshold is chosen on these recordings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml_model.scoring import ScoredRecording
from tocsin.domain.scoring import AlertState, Hysteresis, decide

UNSEEN_KINDS = frozenset({"late_burst", "dropout"})


@dataclass(frozen=True, slots=True)
class Event:
    """One fault of one device. ``end`` is the index after its last reading.

    ``delay_s``: from its first reading to the alert; None where it was not found.
    """

    kind: str
    start: int
    end: int
    delay_s: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """One recording's alerts held against its labels. ``near`` marks readings whose window holds a
    faulty one, bool ``[n]``; ``false_alerts`` are indices of readings."""

    scored: ScoredRecording
    anomalous: NDArray[np.bool_]
    near: NDArray[np.bool_]
    events: list[Event]
    false_alerts: list[int]


def judge(scored: ScoredRecording, threshold: float, hysteresis: Hysteresis, window: int) -> Judged:
    recording = scored.recording
    anomalous = scored.score > threshold
    _, changes = decide(AlertState(), recording.t.tolist(), anomalous.tolist(), hysteresis)
    raised = np.array([index for index, change in changes if change == "raised"], dtype=np.int64)
    faulty = np.flatnonzero(recording.fault != "")
    last_faulty = np.full(len(recording.t), -window)
    last_faulty[faulty] = faulty
    last_faulty = np.maximum.accumulate(last_faulty)
    near = np.arange(len(recording.t)) - last_faulty < window
    events = [
        Event(kind, start, end, _delay_s(recording.t, raised, start, end + hysteresis.raise_after))
        for kind, start, end in _labelled(recording.fault)
    ]
    return Judged(scored, anomalous, near, events, [int(one) for one in raised if not near[one]])


def metrics_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """The figures of metrics.json; None where there is nothing to divide by."""
    events = [event for one in judged for event in one.events]
    seen = [event for event in events if event.kind not in UNSEEN_KINDS]
    found = [event.delay_s for event in seen if event.delay_s is not None]
    false_alerts = sum(len(one.false_alerts) for one in judged)
    days = sum(one.scored.scored_days for one in judged)
    return {
        "events": {
            "total": len(seen),
            "found": len(found),
            "precision": _ratio(len(found), len(found) + false_alerts),
            "recall": _ratio(len(found), len(seen)),
            "median_delay_s": float(np.median(found)) if found else None,
            "by_kind": {
                kind: _kind_metrics([event for event in events if event.kind == kind])
                for kind in sorted({event.kind for event in events})
            },
        },
        "readings": _reading_metrics(judged),
        "false_alerts": false_alerts,
        "device_days": round(days, 3),
        "false_alerts_per_device_day": _ratio(false_alerts, days),
    }


def faulty_and_scored(one: Judged) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each reading: does it hold a fault the score can see, and does it count at all.

    Readings without a score, of unseen kinds, and between a fault and the last window that holds
    it, do not count.
    """
    fault = one.scored.recording.fault
    faulty = (fault != "") & ~np.isin(fault, sorted(UNSEEN_KINDS))
    return faulty, np.isfinite(one.scored.score) & (faulty | ~one.near)


def _reading_metrics(judged: Sequence[Judged]) -> dict[str, Any]:
    hit = missed = wrong = 0
    for one in judged:
        faulty, counts = faulty_and_scored(one)
        hit += int((one.anomalous & faulty & counts).sum())
        missed += int((~one.anomalous & faulty & counts).sum())
        wrong += int((one.anomalous & ~faulty & counts).sum())
    return {"precision": _ratio(hit, hit + wrong), "recall": _ratio(hit, hit + missed)}


def _kind_metrics(events: Sequence[Event]) -> dict[str, Any]:
    delays = [event.delay_s for event in events if event.delay_s is not None]
    return {
        "total": len(events),
        "found": len(delays),
        "recall": _ratio(len(delays), len(events)),
        "median_delay_s": float(np.median(delays)) if delays else None,
    }


def _labelled(fault: NDArray[np.str_]) -> list[tuple[str, int, int]]:
    """Runs of one label: (kind, start, end)."""
    borders = [0, *(np.flatnonzero(fault[1:] != fault[:-1]) + 1).tolist(), len(fault)]
    return [(str(fault[a]), a, b) for a, b in pairwise(borders) if a < b and fault[a] != ""]


def _delay_s(t: NDArray[np.int64], raised: NDArray[np.int64], start: int, end: int) -> float | None:
    inside = raised[(raised >= start) & (raised < end)]
    return float(t[inside[0]] - t[start]) / 1_000 if len(inside) else None


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None
