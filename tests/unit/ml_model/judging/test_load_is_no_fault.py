"""The committed workcell's bundle under loads as plans make them, and under faults beside them."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import pytest

from device_sim.devices.drive import TaskDrive
from device_sim.devices.loads import LoadHistory
from device_sim.faults.kinds import OVERLOAD, THROTTLED, WORK_CHANNELS, Fault
from device_sim.signals.driven import DrivenStream
from ml_model.detector import export
from ml_model.detector.deciding import decide_recording
from ml_model.detector.scoring import Program, score_recording
from ml_model.paths import BUNDLE_FILE, BUNDLES
from ml_model.recording import Recording
from tocsin.domain.judging.decisions import Rule
from tocsin.domain.models.bundle import parse_bundle
from tocsin.profiles import load_profiles

WORKCELL = load_profiles()["workcell"]
START_MS = 1_767_571_200_000
SECOND_MS = 1_000


@functools.cache
def committed() -> tuple[Program, Rule]:
    folder = BUNDLES / "workcell"
    spec = parse_bundle((folder / BUNDLE_FILE).read_bytes(), WORKCELL)
    return export.load_program(folder), Rule.of(spec, WORKCELL, 0.5)


def alerts_under(
    loads: Sequence[tuple[int, float]], *, readings: int, device: str, fault: Fault | None = None
) -> list[int]:
    """At which readings a device raises an alert. *loads*: in percent, from a reading on."""
    history = LoadHistory()
    for at, load_pct in loads:
        history.change(START_MS + at * SECOND_MS, load_pct)
    drive = TaskDrive(history, capacity_pct=100.0, faults=iter([fault] if fault else []))
    stream = DrivenStream(device, WORKCELL, drive, seed=4242, start_ms=START_MS)
    t, values = stream.take(readings)
    normal = np.full(readings, "", dtype="U16")
    recording = Recording(device, t, values.astype(np.float32), normal)
    program, rule = committed()
    judged = decide_recording(score_recording(program, recording, WORKCELL), rule, WORKCELL)
    return [index for index, change in judged.decided.changes if change == "raised"]


@pytest.mark.parametrize("device", ["cell-1", "cell-2", "cell-3"])
@pytest.mark.parametrize(
    "loads",
    [
        [(0, 0.0), (300, 150.0)],  # all at once, and then full for half an hour
        [(0, 150.0), (300, 0.0)],
        [(0, 35.0), (200, 60.0), (230, 75.0), (400, 82.0), (900, 78.0), (1_200, 20.0)],
        [(0, 40.0), *((200 + 120 * step, 40.0 + 12 * (step % 5)) for step in range(12))],
    ],
    ids=["fills", "empties", "climbs", "wavers"],
)
def test_no_load_raises_an_alert(loads: list[tuple[int, float]], device: str) -> None:
    assert alerts_under(loads, readings=2_100, device=device) == []


@pytest.mark.parametrize(
    ("kind", "load_pct"),
    [(OVERLOAD, 10.0), (OVERLOAD, 60.0), (THROTTLED, 30.0), (THROTTLED, 80.0), (THROTTLED, 130.0)],
)
def test_work_that_goes_wrong_raises_one_under_every_load(kind: str, load_pct: float) -> None:
    channels = WORK_CHANNELS[kind]
    begin, end = (START_MS + at * SECOND_MS for at in (300, 400))
    fault = Fault(kind, "cell-1", channels, begin, end, 0.0, (0.0,) * len(channels), 0)
    raised = alerts_under([(0, load_pct)], readings=400, device="cell-1", fault=fault)
    assert len(raised) == 1
    assert 300 <= raised[0] <= 320
