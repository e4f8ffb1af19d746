"""``python -m benchmarks.load``: is load taken for a fault, and a fault for load?

Workcells run tasks that come, go and jump between nothing and one and a half times what they can
do (device_sim/devices/arrivals.py). One fleet is healthy, one has every kind of fault. Seeds are
neither those of the training nor those of its evaluation. A fault belongs to the band of the mean
load it was under. ``--simulated`` of ``ml_model evaluate`` shows the same without the bands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console

from benchmarks import report
from ml_model.detector import export
from ml_model.detector.presets import TARGET_PER_DAY
from ml_model.detector.scoring import score_recording
from ml_model.judging.evaluate import UNSEEN_KINDS, Event, Judgement, judge
from ml_model.paths import BUNDLE_FILE, BUNDLES
from ml_model.recordings.fleet import Fleet
from ml_model.recordings.simulated import SimulatedSource
from ml_model.training.informed import tells_covariate
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.models.bundle import parse_bundle
from tocsin.profiles import load_profiles

PROFILE = "workcell"
# Every second device runs tasks (``device_sim generate``); the others are left out.
HEALTHY = Fleet(seed=8001, devices=8, hours=24, faults="none")
FAULTY = Fleet(seed=8002, devices=8, hours=24, faults="all")
EDGES = (40.0, 70.0, 85.0, 100.0)  # of the bands, in percent of what a device can do
BANDS = ("0-40", "40-70", "70-85", "85-100", "100-150")


def measure(healthy: Fleet = HEALTHY, faulty: Fleet = FAULTY) -> dict[str, Any]:
    """False alerts of the healthy fleet, and what is found in the faulty one, by load."""
    torch.set_num_threads(1)
    with TemporaryDirectory() as folder:
        quiet = judge_fleet(healthy, Path(folder))
        labelled = judge_fleet(faulty, Path(folder))
    return {"healthy": count_false_alerts(quiet), "faulty": count_found(labelled)}


def judge_fleet(fleet: Fleet, folder: Path) -> list[Judgement]:
    """The devices that tell their load, judged by the committed bundle."""
    profile = load_profiles()[PROFILE]
    spec = parse_bundle((BUNDLES / PROFILE / BUNDLE_FILE).read_bytes(), profile)
    rule = Rule.of(spec, profile, TARGET_PER_DAY)
    program = export.load_program(BUNDLES / PROFILE)
    source = SimulatedSource(fleet, folder / f"{fleet.seed}.csv")
    recordings = source.read(profile, Console(quiet=True)).recordings
    return [
        judge(score_recording(program, recording, profile, rule.telling), rule, profile)
        for recording in recordings
        if tells_covariate(recording)
    ]


def count_false_alerts(judged: Sequence[Judgement]) -> dict[str, Any]:
    """False alerts, and device-days under each band's load."""
    alerts: dict[str, int] = dict.fromkeys(BANDS, 0)
    readings: dict[str, int] = dict.fromkeys(BANDS, 0)
    for judgement in judged:
        load = judgement.scored.recording.values[:, -1]
        for band, count in zip(BANDS, np.bincount(_find_bands(load), minlength=5), strict=True):
            readings[band] += int(count)
        for index in judgement.false_alerts:
            alerts[BANDS[int(_find_bands(load[index : index + 1])[0])]] += 1
    days = sum(judgement.scored.scored_days for judgement in judged)
    total = sum(alerts.values())
    return {
        "false_alerts": total,
        "device_days": round(days, 2),
        "per_device_day": round(total / days, 3),
        "by_load": alerts,
        "share_of_time": {
            band: round(count / sum(readings.values()), 3) for band, count in readings.items()
        },
    }


def count_found(judged: Sequence[Judgement]) -> dict[str, Any]:
    """Precision, recall, and for each kind and band ``found/all, median delay in s``."""
    by_kind: dict[str, dict[str, list[Event]]] = defaultdict(lambda: defaultdict(list))
    for judgement in judged:
        load = judgement.scored.recording.values[:, -1]
        for event in judgement.events:
            by_kind[event.kind][_band_of(load, event)].append(event)
    false = sum(len(judgement.false_alerts) for judgement in judged)
    seen = [
        event
        for kind, bands in by_kind.items()
        if kind not in UNSEEN_KINDS
        for events in bands.values()
        for event in events
    ]
    found = sum(event.delay_s is not None for event in seen)
    return {
        "events": len(seen),
        "recall": round(found / max(len(seen), 1), 4),
        "precision": round(found / max(found + false, 1), 4),
        "false_alerts": false,
        "by_kind": {
            kind: {band: _describe(bands[band]) for band in BANDS if band in bands}
            for kind, bands in sorted(by_kind.items())
        },
    }


def _band_of(load: NDArray[np.float32], event: Event) -> str:
    """The band of the mean load; of a silent device, which tells none, that of the last told."""
    inside, before = load[event.start : event.end], load[: event.start]
    known = inside[np.isfinite(inside)]
    if not len(known):
        known = before[np.isfinite(before)][-1:]
    return BANDS[int(np.searchsorted(EDGES, known.mean(), side="right"))]


def _find_bands(load: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.searchsorted(EDGES, load[np.isfinite(load)], side="right")


def _describe(events: Iterable[Event]) -> str:
    delays = [event.delay_s for event in events]
    found = [delay for delay in delays if delay is not None]
    after = f", {np.median(found):g} s" if found else ""
    return f"{len(found)}/{len(delays)}{after}"


if __name__ == "__main__":
    report.main("benchmarks.load", __doc__, measure)
