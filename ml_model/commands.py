"""The commands' flags, and what each one calls.

Torch, pandas and matplotlib take seconds to import, so each command imports what it needs:
``publish`` runs at each start of the local stack and needs none of them.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from rich.console import Console

from ml_model.paths import BUNDLES, RUNS
from ml_model.publish import container_client, publish
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles

# argparse has no public name for what add_subparsers() returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def add_commands(parser: argparse.ArgumentParser, profiles: Mapping[str, Profile]) -> None:
    """Add every command to *parser*; a parsed one has ``run(parsed, console)``."""
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    names = sorted(profiles)
    _add_train(commands, names)
    _add_evaluate(commands, names)
    _add_reproduce(commands, names)
    _add_publish(commands, names)


def _add_train(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "train",
        help="train, calibrate and export a bundle from recordings",
        description="Trains on normal recordings: some devices train, some stop the training "
        "early, some set the threshold. Leaves config.json, plots and bundle/ in --out.",
        epilog="example: python -m ml_model train --profile pump --data normal.csv --seed 7",
    )
    _profile_flag(parser, names)
    _data_flag(parser)
    _training_flags(parser)
    parser.add_argument(
        "--target", type=_positive, metavar="N",
        help="false alerts allowed a device and day (0.5)",
    )  # fmt: skip
    parser.set_defaults(run=_train)


def _add_evaluate(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "evaluate",
        help="hold a bundle against recordings with labelled faults",
        description="Scores recordings with a fault column and prints what was found, how fast, "
        "and how many alerts were false. Leaves metrics.json and plots in --out.",
        epilog="example: python -m ml_model evaluate --profile pump --data faults.csv",
    )
    _profile_flag(parser, names)
    _data_flag(parser)
    _out_flag(parser)
    parser.add_argument("--bundle", type=Path, help="its folder (ml_model/bundles/PROFILE)")
    parser.set_defaults(run=_evaluate)


def _add_reproduce(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "reproduce",
        help="make a committed bundle again from the simulated fleet",
        description="Simulates a normal and a faulty fleet, trains, calibrates, evaluates and "
        "exports into ml_model/bundles/PROFILE. The same seed gives the same bundle.",
        epilog="example: python -m ml_model reproduce --profile pump",
    )
    _profile_flag(parser, names)
    _training_flags(parser)
    parser.add_argument("--bundles", type=Path, default=BUNDLES, help="where to export to")
    parser.set_defaults(run=_reproduce)


def _add_publish(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "publish",
        help="upload bundles to the blob container models",
        description="Uploads what is missing, reads it back, and makes it the active bundle of a "
        "profile that has none. Safe to repeat. The account is named by BlobStorage (a connection "
        "string) or BlobStorage__serviceUri (its blob address, for the signed-in identity).",
        epilog="example: python -m ml_model publish --profile pump --activate",
    )
    parser.add_argument("--bundles", type=Path, default=BUNDLES, help="folder of the bundles")
    parser.add_argument("--profile", choices=names, help="only this one (all there are)")
    parser.add_argument(
        "--activate", action="store_true", help="replace an active bundle of another version"
    )
    parser.set_defaults(run=_publish)


def _train(parsed: argparse.Namespace, console: Console) -> None:
    from ml_model.presets import TARGET_PER_DAY, preset_of  # noqa: PLC0415 (imports torch)
    from ml_model.runs import TrainingOrder, run_training  # noqa: PLC0415 (imports torch)
    from ml_model.train import TrainConfig  # noqa: PLC0415 (imports torch)

    profile = load_profiles()[parsed.profile]
    target = parsed.target or TARGET_PER_DAY
    files = " ".join(path.name for path in parsed.data)
    order = TrainingOrder(
        files=parsed.data,
        preset=preset_of(profile),
        config=TrainConfig(seed=parsed.seed, epochs=parsed.epochs, budget_s=parsed.budget_s),
        target_per_day=target,
        command=f"python -m ml_model train --profile {profile.name} --seed {parsed.seed} "
        f"--epochs {parsed.epochs} --target {target:g} --data {files}",
    )
    run_training(order, profile, _out(parsed), console)


def _evaluate(parsed: argparse.Namespace, console: Console) -> None:
    from ml_model.runs import run_evaluation  # noqa: PLC0415 (imports torch)

    profile = load_profiles()[parsed.profile]
    bundle = parsed.bundle or BUNDLES / profile.name
    run_evaluation(bundle, parsed.data, profile, _out(parsed), console)


def _reproduce(parsed: argparse.Namespace, console: Console) -> None:
    from ml_model.reproduce import reproduce  # noqa: PLC0415 (imports torch)
    from ml_model.train import TrainConfig  # noqa: PLC0415 (imports torch)

    profile = load_profiles()[parsed.profile]
    config = TrainConfig(seed=parsed.seed, epochs=parsed.epochs, budget_s=parsed.budget_s)
    made = reproduce(profile, config, out=_out(parsed), bundles=parsed.bundles, console=console)
    console.print(f"exported to {made}")


def _publish(parsed: argparse.Namespace, console: Console) -> None:
    profiles = load_profiles()
    folders = [parsed.bundles / str(parsed.profile)]
    if not parsed.profile:
        folders = [parsed.bundles / name for name in sorted(profiles)]
        for folder in folders:
            if not folder.is_dir():
                console.print(f"{folder.name}: no bundle yet; its devices are not scored")
        folders = [folder for folder in folders if folder.is_dir()]
    with container_client(os.environ) as container:
        for one in publish(container, folders, profiles, activate=parsed.activate):
            console.print(
                f"{one.profile} {one.version}: {one.uploaded} files uploaded, {one.outcome}"
                + (f" ({one.active})" if one.active != one.version else "")
            )


def _out(parsed: argparse.Namespace) -> Path:
    out: Path = parsed.out or RUNS / str(parsed.profile)
    return out


def _profile_flag(parser: argparse.ArgumentParser, names: list[str]) -> None:
    parser.add_argument("--profile", required=True, choices=names, help="which kind of device")


def _data_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", required=True, nargs="+", type=Path, metavar="FILE",
        help="CSV with the columns t, device, the profile's channels and, if known, fault",
    )  # fmt: skip


def _out_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, help="folder of the run (runs/PROFILE)")


def _training_flags(parser: argparse.ArgumentParser) -> None:
    _out_flag(parser)
    parser.add_argument("--seed", type=int, default=7, help="of weights and shuffling (7)")
    parser.add_argument("--epochs", type=_positive_int, default=40, help="at most (40)")
    parser.add_argument(
        "--budget-s", type=_positive, default=300.0, metavar="S",
        help="stop training after so many seconds (300); a run cut short is not reproducible",
    )  # fmt: skip


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def _positive_int(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value
