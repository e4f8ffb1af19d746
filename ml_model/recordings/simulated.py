"""Recordings of the simulated fleet, made by ``python -m device_sim generate``."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ml_model.paths import ROOT
from ml_model.recordings.files import FileSource
from ml_model.recordings.fleet import NO_REST, USUAL_SENSORS, Fleet
from ml_model.recordings.source import Recorded
from tocsin.domain.errors import TocsinError
from tocsin.domain.profile import Profile

SIMULATE_WITHIN_S = 600


class SimulationError(TocsinError):
    """The simulator did not write the recording that was asked of it."""


@dataclass(frozen=True, slots=True)
class SimulatedSource:
    """The simulated fleet; its recording is left in *path*."""

    fleet: Fleet
    path: Path

    @property
    def flags(self) -> str:
        fleet = self.fleet
        sensors = "" if fleet.sensors == USUAL_SENSORS else f" --sensors {fleet.sensors}"
        rest = "" if fleet.rest == NO_REST else f" --rest {fleet.rest}"
        named = f"{fleet.devices},{fleet.hours:g},{fleet.seed},{fleet.faults}"
        return f"--simulated {named}{sensors}{rest}"

    def read(self, profile: Profile, console: Console) -> Recorded:
        """Raises SimulationError, RecordingError."""
        return FileSource([simulate(profile, self.fleet, self.path, console)]).read(
            profile, console
        )


def simulate(profile: Profile, fleet: Fleet, path: Path, console: Console) -> Path:
    """Write a recording of *fleet* to *path* with ``python -m device_sim generate``."""
    console.print(f"simulating {fleet.devices} devices for {fleet.hours:g} hours: {path}")
    command = [
        sys.executable, "-m", "device_sim", "generate",
        "--profile", profile.name,
        "--hours", f"{fleet.hours:g}",
        "--seed", str(fleet.seed),
        "--devices", str(fleet.devices),
        "--faults", fleet.faults,
        "--sensors", fleet.sensors,
        "--rest", fleet.rest,
        "--out", str(path.resolve()),
    ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SIMULATE_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SimulationError(f"{path}: not written within {SIMULATE_WITHIN_S} s") from error
    if done.returncode != 0 or not path.exists():
        reason = " ".join(done.stderr.split())
        raise SimulationError(f"{path} was not written: {reason}")
    return path
