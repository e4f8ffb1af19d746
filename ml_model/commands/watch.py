"""The commands that watch a published bundle and judge a candidate: flags, and what each one calls.

Torch and pandas take seconds to import, so each command imports what it needs.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console

from ml_model.commands.parser import Commands
from ml_model.paths import BUNDLE_FILE, RUNS
from ml_model.recordings.flags import parse_moment, to_ms
from ml_model.release.promote import fetch
from ml_model.release.publish import container_client, is_storage_named
from ml_model.release.verdict import judge_report, upload_verdict, write_verdict
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.bundle_verdict import Verdict
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles

if TYPE_CHECKING:
    from ml_model.recording import Recording, Span

NOT_FIT = 1
DAY_MS = 86_400_000
DRIFT_DAYS, COMPARE_DAYS = 1, 7


def add_watch_commands(commands: Commands, names: list[str]) -> None:
    """Add ``drift`` and ``compare``."""
    _add_drift(commands, names)
    _add_compare(commands, names)


def _add_drift(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "drift",
        help="how far recent readings are from what a bundle was made on",
        description="Prints the population stability index of each channel and of the score: "
        "below .1 stable, up to .25 to be watched, above drifted. Without --data it reads the "
        "stored readings of the last day.",
        epilog="example: python -m ml_model drift --profile pump --from-cosmos",
    )
    parser.add_argument("--profile", required=True, choices=names, help="which kind of device")
    _add_range_flags(parser, days=DRIFT_DAYS)
    parser.add_argument(
        "--bundle", metavar="FOLDER|VERSION", help="which bundle (the published active one)"
    )
    parser.set_defaults(run=_run_drift)


def _add_compare(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "compare",
        help="compare a candidate bundle with the active one on recent readings",
        description="Scores the same readings with both bundles, by the functions' own rule, and "
        "says whether the candidate is fit to promote: enough device-days to tell a rate, no more "
        "unconfirmed alerts than 1.5 times the target (or than the active bundle), no confirmed "
        "alert lost. Ends with 0 when it is fit, 1 when not. Leaves comparison.json in --out and "
        "the verdict, which promote obeys, beside the candidate.",
        epilog="example: python -m ml_model compare --profile pump --candidate runs/pump/bundle "
        "--from-cosmos",
    )
    parser.add_argument("--profile", required=True, choices=names, help="which kind of device")
    parser.add_argument("--candidate", required=True, metavar="FOLDER|VERSION")
    parser.add_argument(
        "--active", metavar="FOLDER|VERSION", help="what to compare it with (the active one)"
    )
    _add_range_flags(parser, days=COMPARE_DAYS)
    parser.add_argument(
        "--target", type=_parse_rate, metavar="N",
        help="false alerts allowed a device and day (0.5)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, help="folder of the report (runs/PROFILE)")
    parser.set_defaults(run=_run_compare)


def _run_drift(parsed: argparse.Namespace, console: Console) -> None:
    from ml_model.detector.export import load_program, read_description  # noqa: PLC0415 (imports torch)
    from ml_model.detector.scoring import score_recording  # noqa: PLC0415 (imports torch)
    from ml_model.judging.drift import drift_from, drift_table  # noqa: PLC0415 (imports torch)

    profile = load_profiles()[parsed.profile]
    with TemporaryDirectory() as fetched:
        folder = _find_bundle(profile, parsed.bundle, Path(fetched))
        described, program = read_description(folder), load_program(folder)
        recordings, _ = _read_source(parsed, profile, console, days=DRIFT_DAYS)
        scored = [score_recording(program, recording, profile) for recording in recordings]
    drift = drift_from(described, scored, profile)
    console.print(drift_table(drift, f"{profile.name} against {described['version']}"))


def _run_compare(parsed: argparse.Namespace, console: Console) -> int:
    from ml_model.detector.presets import TARGET_PER_DAY  # noqa: PLC0415 (imports torch)
    from ml_model.judging.compare import ShadowOrder, run_comparison  # noqa: PLC0415 (imports torch)

    profile = load_profiles()[parsed.profile]
    with TemporaryDirectory() as fetched:
        recordings, confirmed = _read_source(parsed, profile, console, days=COMPARE_DAYS)
        order = ShadowOrder(
            active=_find_bundle(profile, parsed.active, Path(fetched)),
            candidate=_find_bundle(profile, parsed.candidate, Path(fetched)),
            recordings=recordings,
            confirmed=confirmed,
            target_per_day=parsed.target or TARGET_PER_DAY,
        )
        report = run_comparison(order, profile, parsed.out or RUNS / profile.name, console)
    _keep_verdict(judge_report(report, datetime.now(UTC)), parsed.candidate)
    return 0 if report["fit"] else NOT_FIT


def _keep_verdict(verdict: Verdict, candidate: str) -> None:
    """Leave the verdict where ``promote`` and ``publish`` look: in the candidate's folder, and
    beside the published version where the environment names a storage account."""
    if (Path(candidate) / BUNDLE_FILE).is_file():
        write_verdict(Path(candidate), verdict)
    if is_storage_named(os.environ):
        with container_client(os.environ) as container:
            upload_verdict(container, verdict)


def _find_bundle(profile: Profile, named: str | None, into: Path) -> Path:
    """The folder that is named, or that of a published version, downloaded into *into*."""
    if named is not None and (Path(named) / BUNDLE_FILE).is_file():
        return Path(named)
    if named is not None and len(Path(named).parts) > 1:
        raise InvalidBundleError(f"{named} holds no {BUNDLE_FILE}")
    with container_client(os.environ) as container:
        return fetch(container, profile, named, into)


def _read_source(
    parsed: argparse.Namespace, profile: Profile, console: Console, *, days: int
) -> tuple[list[Recording], list[Span]]:
    """The recordings asked for, by default the stored ones of the last *days*, and where an
    operator confirmed an alert."""
    if parsed.data:
        from ml_model.recordings.files import FileSource  # noqa: PLC0415 (imports pandas)

        recorded = FileSource(parsed.data).read(profile, console)
        for remark in recorded.remarks:
            console.print(remark, style="yellow", markup=False, highlight=False)
        return list(recorded.recordings), []
    from ml_model.recordings.alerts import read_confirmations  # noqa: PLC0415 (Cosmos DB)
    from ml_model.recordings.cosmos import open_database, read_stored  # noqa: PLC0415 (Cosmos DB)

    until_ms = to_ms(parsed.until or datetime.now(UTC))
    since_ms = to_ms(parsed.since) if parsed.since else until_ms - days * DAY_MS
    with open_database(os.environ) as database, console.status("reading what is stored"):
        readings = database.get_container_client("readings")
        recordings = read_stored(readings, profile, since_ms, until_ms)
        return recordings, read_confirmations(database.get_container_client("settings"))


def _add_range_flags(parser: argparse.ArgumentParser, *, days: int) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--from-cosmos", action="store_true", help="judge the stored readings (the default)"
    )
    source.add_argument(
        "--data", nargs="+", type=Path, metavar="FILE",
        help="judge recordings; a column fault says where an alert is right",
    )  # fmt: skip
    parser.add_argument(
        "--since", type=parse_moment, metavar="TIME",
        help=f"of the stored readings, ISO 8601, UTC ({days} days before the end)",
    )  # fmt: skip
    parser.add_argument("--until", type=parse_moment, metavar="TIME", help="their end (now)")


def _parse_rate(text: str) -> float:
    rate = float(text)
    if not 0.001 <= rate <= 100:
        raise argparse.ArgumentTypeError(f"{text} is not between 0.001 and 100")
    return rate
