"""Making a committed bundle again: simulate, train, calibrate, evaluate, export, compare."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from ml_model.detector import export
from ml_model.detector.presets import TARGET_PER_DAY, preset_of
from ml_model.paths import BUNDLE_FILE, PROGRAM_FILE
from ml_model.recordings.fleet import NO_REST, Fleet
from ml_model.recordings.simulated import SimulatedSource
from ml_model.training.fitting import TrainingOrder
from ml_model.training.progress import print_line
from ml_model.training.reproduction import Figure, ReproductionError, figures_of
from ml_model.training.runs import run_evaluation, run_training
from ml_model.training.summary import draw_reproduction_table
from ml_model.training.train import TrainConfig
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.profile import Profile

TRAINING_FLEET = Fleet(seed=11, devices=24, hours=24, faults="none")
# A machine that rests is not scored, so it teaches nothing. A room is never off: with its heating
# set back it is as usual, too, and a model that never saw that misses faults (detection-log.md).
RESTING: Mapping[str, str] = {"environment": "nights"}
TEST_FLEET = Fleet(seed=1011, devices=8, hours=24, faults="all")
FILES = (PROGRAM_FILE, BUNDLE_FILE)
BEYOND = 1


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

    Prints how its figures differ from those of the bundle there was, which is replaced only when
    all went well. Recordings are left in *out*. Raises SimulationError and whatever training
    raises.
    """
    made = _make_bundle(profile, config, out, console, training=training, test=test)
    committed = bundles / profile.name
    try:
        _compare_figures(committed, made, profile, console)
    except InvalidBundleError as error:
        print_line(console, f"{profile.name}: nothing to compare with: {error}")
    committed.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(made / name, committed / name)
    return committed


def check_bundles(
    profiles: Sequence[Profile],
    config: TrainConfig,
    *,
    out: Path,
    bundles: Path,
    console: Console,
    training: Fleet = TRAINING_FLEET,
    test: Fleet = TEST_FLEET,
) -> int:
    """Make the committed bundles of *profiles* again in ``out/{profile}``; replaces none.

    Returns the exit code: 0, or 1 when a figure is beyond its tolerance. Raises ReproductionError
    when none of the profiles has a bundle, InvalidBundleError when one cannot be read.
    """
    committed = [profile for profile in profiles if (bundles / profile.name).is_dir()]
    for profile in profiles:
        if profile not in committed:
            print_line(console, f"{profile.name}: no bundle in {bundles}, nothing to compare with")
    if not committed:
        raise ReproductionError(
            f"{bundles} holds no bundle to check: make one with make train, or name another "
            "folder with --bundles"
        )
    beyond = []
    for profile in committed:
        # An unreadable bundle is reported at once, not after minutes of training.
        export.read_description(bundles / profile.name)
        made = _make_bundle(
            profile, config, out / profile.name, console, training=training, test=test
        )
        figures = _compare_figures(bundles / profile.name, made, profile, console)
        beyond += [f"{profile.name}: {figure.name}" for figure in figures if not figure.within]
    for line in beyond or [f"none, of {', '.join(profile.name for profile in committed)}"]:
        print_line(console, f"beyond its tolerance: {line}")
    return BEYOND if beyond else 0


def _make_bundle(
    profile: Profile,
    config: TrainConfig,
    out: Path,
    console: Console,
    *,
    training: Fleet,
    test: Fleet,
) -> Path:
    """A bundle with its metrics, in a folder below *out*. The threshold never sees *test*."""
    training = replace(training, rest=RESTING.get(profile.name, NO_REST))
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
    return made


def _compare_figures(
    committed: Path, made: Path, profile: Profile, console: Console
) -> list[Figure]:
    """The figures of both, printed. Raises InvalidBundleError when *committed* is none."""
    figures = figures_of(
        export.read_description(committed), export.read_description(made), profile.period_s
    )
    same, *_ = filecmp.cmpfiles(committed, made, FILES, shallow=False)
    console.print(draw_reproduction_table(profile.name, figures, identical=set(same) == set(FILES)))
    return figures
