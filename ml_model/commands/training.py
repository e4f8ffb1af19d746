"""The commands that make a bundle and evaluate it on labels: flags, and what each one calls.

Torch, pandas and matplotlib take seconds to import, so each command imports what it needs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from ml_model.commands.parser import Commands
from ml_model.paths import BUNDLES, RUNS
from ml_model.recordings.flags import add_source_flags, source_of
from ml_model.training.progress import print_line
from ml_model.training.reproduction import ReproductionError
from tocsin.profiles import load_profiles

TRAIN = """\
Trains on normal recordings: with five devices or more, some of them train, some stop the training
early and some set the threshold; with fewer, parts of their time do. Rows with a fault, and windows
holding one, train nothing. It takes 2,000 windows at least, and some device-days to set a threshold
well. Leaves config.json, plots and bundle/ in --out.
"""
TRAIN_EXAMPLES = """examples:
  python -m ml_model train --profile pump --data normal.csv more.parquet folder/
  python -m ml_model train --profile pump --simulated 12,6
  python -m ml_model train --profile pump --from-cosmos --since 2026-11-16 --until 2026-11-23
"""
EVALUATE = """\
Scores recordings with a fault column, decides as the functions do, and prints what was found, how
fast, and how many alerts were false. Leaves metrics.json and plots in --out.
"""
EVALUATE_EXAMPLES = """examples:
  python -m ml_model evaluate --profile pump --data faults.csv --bundle runs/pump/bundle
  python -m ml_model evaluate --profile pump --simulated 4,6,2,all
  python -m ml_model evaluate --profile pump --from-cosmos
"""
REPRODUCE = """\
Simulates a normal and a faulty fleet, trains, calibrates, evaluates and exports into
ml_model/bundles/PROFILE, after a table of how its figures differ from those of the bundle there
was. The same seed gives the same bundle: to the byte on the same machine, within the printed
tolerances on another.
"""
REPRODUCE_EXAMPLES = """examples:
  python -m ml_model reproduce --profile pump
  python -m ml_model reproduce --check
"""


def add_training_commands(commands: Commands, names: list[str]) -> None:
    """Add ``train``, ``evaluate`` and ``reproduce``."""
    _add_train(commands, names)
    _add_evaluate(commands, names)
    _add_reproduce(commands, names)


def _add_train(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "train",
        help="train, calibrate and export a bundle from recordings",
        description=TRAIN,
        epilog=TRAIN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_profile_flag(parser, names)
    add_source_flags(parser)
    _add_training_flags(parser)
    parser.add_argument(
        "--target", type=_parse_positive, metavar="N",
        help="false alerts allowed a device and day (0.5)",
    )  # fmt: skip
    parser.set_defaults(run=_run_train)


def _add_evaluate(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "evaluate",
        help="evaluate a bundle on recordings with labelled faults",
        description=EVALUATE,
        epilog=EVALUATE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_profile_flag(parser, names)
    add_source_flags(parser)
    _add_out_flag(parser)
    parser.add_argument("--bundle", type=Path, help="its folder (ml_model/bundles/PROFILE)")
    parser.set_defaults(run=_run_evaluate)


def _add_reproduce(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "reproduce",
        help="make a committed bundle again from the simulated fleet",
        description=REPRODUCE,
        epilog=REPRODUCE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--profile", choices=names, help="whose bundle (with --check: all)")
    parser.add_argument(
        "--check", action="store_true",
        help="replace nothing; end with 1 when a figure is beyond its tolerance",
    )  # fmt: skip
    _add_training_flags(parser)
    parser.add_argument("--bundles", type=Path, default=BUNDLES, help="folder of the bundles")
    parser.set_defaults(run=_run_reproduce)


def _run_train(parsed: argparse.Namespace, console: Console) -> None:
    from ml_model.detector.presets import TARGET_PER_DAY, preset_of  # noqa: PLC0415 (imports torch)
    from ml_model.training.fitting import TrainingOrder  # noqa: PLC0415 (imports torch)
    from ml_model.training.runs import run_training  # noqa: PLC0415 (imports torch)
    from ml_model.training.train import TrainConfig  # noqa: PLC0415 (imports torch)

    profile = load_profiles()[parsed.profile]
    target = parsed.target or TARGET_PER_DAY
    out = _choose_out(parsed)
    source = source_of(parsed, out, "training")
    order = TrainingOrder(
        source=source,
        preset=preset_of(profile),
        config=TrainConfig(seed=parsed.seed, epochs=parsed.epochs, budget_s=parsed.budget_s),
        target_per_day=target,
        command=f"python -m ml_model train --profile {profile.name} --seed {parsed.seed} "
        f"--epochs {parsed.epochs} --target {target:g} {source.flags}",
    )
    made = run_training(order, profile, out, console)
    print_line(
        console, f"bundle in {made}, plots and config.json in {out}; next, on labelled faults:"
    )
    print_line(
        console, f"python -m ml_model evaluate --profile {profile.name} --bundle {made} --data …"
    )


def _run_evaluate(parsed: argparse.Namespace, console: Console) -> None:
    from ml_model.training.runs import run_evaluation  # noqa: PLC0415 (imports torch)

    profile = load_profiles()[parsed.profile]
    bundle = parsed.bundle or BUNDLES / profile.name
    out = _choose_out(parsed)
    run_evaluation(bundle, source_of(parsed, out, "evaluation"), profile, out, console)
    print_line(console, f"metrics.json and plots in {out}")


def _run_reproduce(parsed: argparse.Namespace, console: Console) -> int:
    from ml_model.training.reproduce import check_bundles, reproduce  # noqa: PLC0415 (imports torch)
    from ml_model.training.train import TrainConfig  # noqa: PLC0415 (imports torch)

    profiles = load_profiles()
    config = TrainConfig(seed=parsed.seed, epochs=parsed.epochs, budget_s=parsed.budget_s)
    if parsed.check:
        asked = [profiles[name] for name in ([parsed.profile] if parsed.profile else profiles)]
        out = parsed.out or RUNS / "check"
        return check_bundles(asked, config, out=out, bundles=parsed.bundles, console=console)
    if not parsed.profile:
        raise ReproductionError("name the bundle to make with --profile; only --check takes all")
    profile = profiles[parsed.profile]
    made = reproduce(
        profile, config, out=_choose_out(parsed), bundles=parsed.bundles, console=console
    )
    console.print(f"exported to {made}")
    return 0


def _choose_out(parsed: argparse.Namespace) -> Path:
    out: Path = parsed.out or RUNS / str(parsed.profile)
    return out


def _add_profile_flag(parser: argparse.ArgumentParser, names: list[str]) -> None:
    parser.add_argument("--profile", required=True, choices=names, help="which kind of device")


def _add_out_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, help="folder of the run (runs/PROFILE)")


def _add_training_flags(parser: argparse.ArgumentParser) -> None:
    _add_out_flag(parser)
    parser.add_argument("--seed", type=int, default=7, help="of weights and shuffling (7)")
    parser.add_argument("--epochs", type=_parse_positive_int, default=40, help="at most (40)")
    parser.add_argument(
        "--budget-s", type=_parse_positive, default=300.0, metavar="S",
        help="stop training after so many seconds (300); a run cut short is not reproducible",
    )  # fmt: skip


def _parse_positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def _parse_positive_int(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value
