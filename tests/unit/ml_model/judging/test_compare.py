"""The shadow comparison as a whole: two bundles, recordings, a verdict, an exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml_model.__main__ import main
from ml_model.judging.compare import alert_spans
from ml_model.recording import Recording, Span
from ml_model.release.verdict import read_folder_verdict
from tests.fakes.bundles import bundle_files
from tocsin.domain.models.drift import reference_document, reference_of
from tocsin.profiles import load_profiles

THERMAL = load_profiles()["thermal"]
READINGS = 4_000
START_MS = 1_795_000_000_000
PERIOD_MS = round(THERMAL.period_s * 1_000)
# 3 / target device-days have to be scored, and some hours at most are recorded.
TARGET = "80"


def recording(device: str, *, odd: Sequence[int] = (), labelled: Sequence[int] = ()) -> Recording:
    """Noise on every channel; ten readings from each of *odd* on jump to and fro."""
    rng = np.random.default_rng(len(device))
    values = rng.normal(0, 0.1, size=(READINGS, len(THERMAL.channels))).astype(np.float32)
    fault = np.full(READINGS, "", dtype="U8")
    for start in odd:
        values[start : start + 10] += 20 * (-1.0) ** np.arange(10)[:, None]
    for start in labelled:
        fault[start : start + 10] = "spikes"
    t = START_MS + PERIOD_MS * np.arange(READINGS, dtype=np.int64)
    return Recording(device, t, values, fault)


def write_csv(path: Path, recordings: Sequence[Recording]) -> Path:
    lines = [",".join(["t", "device", *THERMAL.channel_names, "fault"])]
    for recording in recordings:
        for t, row, fault in zip(recording.t, recording.values, recording.fault, strict=True):
            lines.append(
                ",".join([str(t), recording.device, *(f"{value:.6g}" for value in row), fault])
            )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bundle(root: Path, version: str, **changes: Any) -> Path:  # noqa: ANN401 (any field)
    folder = root / version
    folder.mkdir(parents=True)
    files = bundle_files(THERMAL, version, **{"threshold": 30.0, "tail": None, **changes})
    for name in ("bundle.json", "model.pt2"):
        (folder / name).write_bytes(files[f"thermal/{version}/{name}"])
    return folder


def compare(tmp_path: Path, active: Path, candidate: Path, recordings: Sequence[Recording]) -> int:
    file = write_csv(tmp_path / "recent.csv", recordings)
    return main(
        [
            "compare", "--profile", "thermal", "--active", str(active),
            "--candidate", str(candidate), "--data", str(file), "--target", TARGET,
            "--out", str(tmp_path / "out"),
        ]
    )  # fmt: skip


def report(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / "out" / "comparison.json").read_text())
    return found


def test_a_candidate_that_does_the_same_is_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recordings = [recording("rig", odd=[500, 900], labelled=[500, 900]), recording("other")]
    code = compare(tmp_path, bundle(tmp_path, "1-a"), bundle(tmp_path, "1-b"), recordings)
    assert code == 0
    found = report(tmp_path)
    assert (found["fit"], found["reasons"], found["agreement"]) == (True, [], 1.0)
    assert (found["confirmed"], found["lost"]) == (2, [])
    assert found["active"]["version"] == "1-a"
    assert found["candidate"]["version"] == "1-b"
    assert found["candidate"]["alerts"] == 2
    assert found["candidate"]["unconfirmed"] == 0
    assert found["score_correlation"] == pytest.approx(1.0)
    assert "fit to promote" in capsys.readouterr().out.splitlines()
    verdict = read_folder_verdict(tmp_path / "1-b", "1-b")
    assert verdict is not None
    assert (verdict.fit, verdict.active, verdict.reasons) == (True, "1-a", ())


def test_a_candidate_that_loses_a_confirmed_alert_is_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deaf = bundle(tmp_path, "1-b", threshold=1e6)
    recordings = [recording("rig", odd=[500], labelled=[500])]
    assert compare(tmp_path, bundle(tmp_path, "1-a"), deaf, recordings) == 1
    found = report(tmp_path)
    (lost,) = found["lost"]
    assert (lost["deviceId"], lost["from"]) == ("rig", START_MS + 500 * PERIOD_MS)
    assert found["reasons"][0].startswith("1 of 1 confirmed alerts are lost (rig at ")
    shown = capsys.readouterr().out
    assert "not fit to promote:" in shown
    verdict = read_folder_verdict(deaf, "1-b")
    assert verdict is not None
    assert (verdict.fit, verdict.reasons) == (False, tuple(found["reasons"]))
    assert "- 1 of 1 confirmed alerts are lost" in shown


def test_a_candidate_that_raises_too_many_alerts_is_not_fit(tmp_path: Path) -> None:
    odd = list(range(200, READINGS - 100, 100))
    deaf = bundle(tmp_path, "1-a", threshold=1e6, cooldown_s=0)
    wild = bundle(tmp_path, "1-b", cooldown_s=0)
    assert compare(tmp_path, deaf, wild, [recording("rig", odd=odd)]) == 1
    found = report(tmp_path)
    assert found["active"]["alerts"] == 0
    assert found["candidate"]["alerts"] == len(odd) == len(found["only_candidate"])
    assert "nobody confirmed" in found["reasons"][0]


def test_too_little_is_not_fit(tmp_path: Path) -> None:
    few = recording("rig").between(0, 200)
    assert compare(tmp_path, bundle(tmp_path, "1-a"), bundle(tmp_path, "1-b"), [few]) == 1
    assert "device-days are too few" in report(tmp_path)["reasons"][0]


def test_the_drift_is_from_each_bundles_own_reference(tmp_path: Path) -> None:
    recordings = [recording("rig")]
    values = recordings[0].values
    own = reference_document(reference_of([], [values], THERMAL))
    far = reference_document(reference_of([], [values + np.float32(5)], THERMAL))
    active = bundle(tmp_path, "1-a", reference=far)
    candidate = bundle(tmp_path, "1-b", reference=own)
    compare(tmp_path, active, candidate, recordings)
    assert report(tmp_path)["active"]["drift"]["state"] == "drifted"
    compare(tmp_path, bundle(tmp_path, "1-c"), candidate, recordings)
    assert report(tmp_path)["active"]["drift"] is None


def test_a_folder_without_a_bundle_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = tmp_path / "nothing"
    assert compare(tmp_path, bundle(tmp_path, "1-a"), nothing, [recording("rig")]) == 2
    error = capsys.readouterr().err
    assert error == f"ml_model compare: {nothing} holds no bundle.json\n"


def test_the_drift_command_prints_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recordings = [recording("rig")]
    shifted = recordings[0].values.copy()
    shifted[:, 0] += 5
    folder = bundle(
        tmp_path, "1-a",
        reference=reference_document(reference_of([], [shifted], THERMAL)),
    )  # fmt: skip
    file = write_csv(tmp_path / "recent.csv", recordings)
    command = ["drift", "--profile", "thermal", "--bundle", str(folder), "--data", str(file)]
    assert main(command) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "drifted" in line]
    assert THERMAL.channel_names[0] in lines[0]
    assert "readings: drifted" in lines[-1]


@pytest.mark.parametrize("command", ["drift", "compare"])
def test_a_file_with_another_period_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    rig = recording("rig")
    slower = replace(rig, t=START_MS + 5 * (rig.t - START_MS))
    assert watch(command, tmp_path, slower) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"ml_model {command}: device 'rig': a reading comes every 5 s, but ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("command", ["drift", "compare"])
def test_uneven_readings_are_judged_with_a_remark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    rig = recording("rig")
    uneven = replace(rig, t=rig.t + 700 * (np.arange(READINGS) % 10 == 0))
    assert watch(command, tmp_path, uneven) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "device 'rig': 20% of its readings come earlier or later than every 1 s" in shown


def watch(command: str, tmp_path: Path, recording: Recording) -> int:
    """Drift of, or a comparison of two bundles that do the same on, one recording in a file."""
    if command == "compare":
        return compare(tmp_path, bundle(tmp_path, "1-a"), bundle(tmp_path, "1-b"), [recording])
    reference = reference_document(reference_of([], [recording.values], THERMAL))
    folder = bundle(tmp_path, "1-a", reference=reference)
    file = write_csv(tmp_path / "recent.csv", [recording])
    return main(["drift", "--profile", "thermal", "--bundle", str(folder), "--data", str(file)])


def test_an_alert_lasts_until_it_is_cleared_or_the_recording_ends() -> None:
    rig = recording("rig")
    spans = alert_spans(rig, [(10, "raised"), (30, "cleared"), (3_990, "raised")])
    times = rig.t.tolist()
    assert spans == [Span("rig", times[10], times[30]), Span("rig", times[3_990], times[-1])]
    assert alert_spans(rig, []) == []
