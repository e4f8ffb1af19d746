"""Making a committed bundle again: simulate, train, calibrate, evaluate, export."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console

from ml_model import export
from ml_model.paths import BUNDLE_FILE, PROGRAM_FILE
from ml_model.presets import TARGET_PER_DAY, preset_of
from ml_model.recordings.fleet import Fleet
from ml_model.recordings.simulated import SimulatedSource
from ml_model.runs import TrainingOrder, run_evaluation, run_training
from ml_model.train import TrainConfig
from tocsin.domain.profile import Profile

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
    order = TrainingOrder(
        source=SimulatedSource(training, out / "training.csv"),
        preset=preset_of(profile),
        config=config,
        target_per_day=TARGET_PER_DAY,
        command=f"make train PROFILE={profile.name}",
    )
    made = run_training(order, profile, out, console)
    faulty = SimulatedSource(test, out / "test.csv")
    metrics = run_evaluation(made, faulty, profile, out, console)
    export.write_description(made, {**export.read_description(made), "metrics": metrics})
    committed = bundles / profile.name
    committed.mkdir(parents=True, exist_ok=True)
    for name in (PROGRAM_FILE, BUNDLE_FILE):
        shutil.copyfile(made / name, committed / name)
    return committed
