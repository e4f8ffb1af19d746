"""A run of the shadow comparison: two bundles over the same recordings, a table and a report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ml_model.detector.deciding import decide_recording
from ml_model.detector.export import load_program, read_description
from ml_model.detector.scoring import score_recording
from ml_model.judging.drift import drift_from
from ml_model.judging.evaluate import find_runs
from ml_model.judging.shadow import Shadow, compare, report_of
from ml_model.paths import BUNDLE_FILE
from ml_model.recording import Recording, Span
from tocsin.domain.calling.scoring import Change
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.models.bundle import parse_bundle
from tocsin.domain.models.drift import Drift
from tocsin.domain.profile import Profile

DRIFT_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class ShadowOrder:
    """What to compare on, and how: the folders of both bundles, and where an alert is right beside
    what the recordings' labels say."""

    active: Path
    candidate: Path
    recordings: Sequence[Recording]
    confirmed: Sequence[Span]
    target_per_day: float


@dataclass(frozen=True, slots=True)
class _Side:
    """One bundle's version, what it made of the recordings, and their drift from it.

    ``drift`` is None where the bundle has no reference.
    """

    version: str
    shadows: Sequence[Shadow]
    drift: Drift | None


def run_comparison(
    order: ShadowOrder, profile: Profile, out: Path, console: Console
) -> dict[str, Any]:
    """Compare, print a table and write ``out/comparison.json``. Returns what was written.

    Raises InvalidBundleError when one of the bundles cannot be used.
    """
    active = _judge_side(order, order.active, profile, console)
    candidate = _judge_side(order, order.candidate, profile, console)
    confirmed = [*order.confirmed, *_find_labels(order.recordings)]
    window_ms = round(profile.window * profile.period_s * 1_000)
    comparison = compare(active.shadows, candidate.shadows, confirmed, window_ms)
    report = {"profile": profile.name, **report_of(comparison, order.target_per_day)}
    for name, side in (("active", active), ("candidate", candidate)):
        report[name] = {
            "version": side.version,
            **report[name],
            "drift": _describe_drift(side.drift),
        }
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2, allow_nan=False) + "\n"
    (out / "comparison.json").write_text(text, encoding="utf-8")
    console.print(_draw_table(report))
    console.print(_phrase_verdict(report))
    return report


def alert_spans(recording: Recording, changes: Sequence[tuple[int, Change]]) -> list[Span]:
    """The alerts as spans of time; one still open ends with the recording."""
    spans: list[Span] = []
    raised: int | None = None
    for index, change in changes:
        if change == "raised":
            raised = index
        elif raised is not None:
            spans.append(_cut_span(recording, raised, index))
            raised = None
    if raised is not None:
        spans.append(_cut_span(recording, raised, len(recording.t) - 1))
    return spans


def _judge_side(order: ShadowOrder, folder: Path, profile: Profile, console: Console) -> _Side:
    try:
        content = (folder / BUNDLE_FILE).read_bytes()
    except OSError as error:
        raise InvalidBundleError(f"{folder} holds no bundle: {error}") from error
    spec = parse_bundle(content, profile)
    rule = Rule.of(spec, profile, order.target_per_day)
    program = load_program(folder)
    shadows = []
    scoring = f"scoring with {spec.version}"
    for recording in track(order.recordings, scoring, console=console, transient=True):
        scored = score_recording(program, recording, profile, rule.telling)
        judged = decide_recording(scored, rule, profile)
        anomalous = np.array(judged.decided.anomalous, dtype=np.bool_)
        spans = alert_spans(recording, judged.decided.changes)
        shadows.append(Shadow(judged.scored, anomalous, spans))
    try:
        drift = drift_from(read_description(folder), [shadow.scored for shadow in shadows], profile)
    except InvalidBundleError:
        drift = None
    return _Side(spec.version, shadows, drift)


def _find_labels(recordings: Sequence[Recording]) -> list[Span]:
    """The labelled faults: an alert in one of them is right."""
    return [
        _cut_span(recording, start, end - 1)
        for recording in recordings
        for _, start, end in find_runs(recording.fault)
    ]


def _cut_span(recording: Recording, first: int, last: int) -> Span:
    return Span(recording.device, int(recording.t[first]), int(recording.t[last]))


def _describe_drift(drift: Drift | None) -> dict[str, Any] | None:
    if drift is None:
        return None
    figure = None if drift.figure is None else round(drift.figure, DRIFT_DECIMALS)
    return {"state": drift.state, "figure": figure, "largest": drift.largest}


def _draw_table(report: dict[str, Any]) -> Table:
    active, candidate = report["active"], report["candidate"]
    table = Table(title=f"{report['profile']} on {report['device_days']:g} device-days")
    table.add_column("")
    table.add_column(f"active {active['version']}", justify="right")
    table.add_column(f"candidate {candidate['version']}", justify="right")
    for name, label in (
        ("alerts", "alerts"),
        ("unconfirmed", "of these where nothing is known to be right"),
        ("unconfirmed_per_device_day", "these a device and day"),
    ):
        table.add_row(label, _format(active[name]), _format(candidate[name]))
    table.add_row("alerts of its own", *(_format(len(report[f"only_{side}"])) for side in _SIDES))
    found = report["confirmed"]
    table.add_row("confirmed alerts found", str(found), str(found - len(report["lost"])))
    table.add_row("drift", *(_format_drift(report[side]["drift"]) for side in _SIDES))
    table.caption = (
        f"alerts shared {_format(report['agreement'])}, readings judged alike "
        f"{_format(report['readings_agree'])}, rank correlation of the scores "
        f"{_format(report['score_correlation'])}; target {report['target_per_day']:g} a day"
    )
    return table


_SIDES = ("active", "candidate")


def _phrase_verdict(report: dict[str, Any]) -> str:
    if report["fit"]:
        return "fit to promote"
    return "\n".join(["not fit to promote:", *(f"- {reason}" for reason in report["reasons"])])


def _format(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _format_drift(drift: dict[str, Any] | None) -> str:
    if drift is None or drift["figure"] is None:
        return "-"
    return f"{drift['figure']:g} by {drift['largest']}: {drift['state']}"
