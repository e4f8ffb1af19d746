"""Making a committed bundle again: simulate, train, calibrate, evaluate, export."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ml_model import export
from ml_model.paths import BUNDLE_FILE, PROGRAM_FILE, ROOT
from ml_model.presets import TARGET_PER_DAY, preset_of
from ml_model.runs import TrainingOrder, run_evaluation, run_training
from ml_model.train import TrainConfig
from tocsin.domain.errors import TocsinError
from tocsin.domain.profile import Profile

SIMULATE_WITHIN_S = 600


class SimulationError(TocsinError):
    """The simulator did not write the recording that was asked of it."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Devices to simulate: the same seed always gives the same recording."""

    seed: int
    devices: int
    hours: float
    faults: str


TRAINING_FLEET = Fleet(seed=11, devices=24, hours=24, faults="none")
TEST_FLEET = Fleet(seed=1011, devices=8, hours=24, faults="all")


def reproduce(
    profile: Profile,
    config: TrainConfig,
    *,
    out: Path,
    bundles: Path,
    console: Console,
    training: Fleet = TRAINING_FLEET,
    test: Fleet = TEST_FLEET,
) -> Path:
    """Make the bundle of *profile* anew in ``bundles/{profile}`` and return that folder.

    The threshold never sees the test fleet. Recordings are left in *out*. Raises SimulationError
    and whatever training raises; the bundle there was is replaced only when all went well.
    """
    training_file = simulate(profile, training, out / "training.csv", console)
    test_file = simulate(profile, test, out / "test.csv", console)
    order = TrainingOrder(
        files=[training_file],
        preset=preset_of(profile),
        config=config,
        target_per_day=TARGET_PER_DAY,
        command=f"make train PROFILE={profile.name}",
    )
    made = run_training(order, profile, out, console)
    metrics = run_evaluation(made, [test_file], profile, out, console)
    export.write_description(made, {**export.read_description(made), "metrics": metrics})
    committed = bundles / profile.name
    committed.mkdir(parents=True, exist_ok=True)
    for name in (PROGRAM_FILE, BUNDLE_FILE):
        shutil.copyfile(made / name, committed / name)
    return committed


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
        raise SimulationError(f"{path} was not written: {done.stderr.strip()}")
    return path
