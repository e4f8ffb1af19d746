"""The commands that change which published bundle scores: flags, and what each one calls."""

from __future__ import annotations

import argparse
import os
import sys

from rich.console import Console
from rich.table import Table

from ml_model.commands.parser import Commands
from ml_model.commands.signing import add_signing_flag
from ml_model.release.promote import Flip, list_versions, promote, roll_back
from ml_model.release.publish import container_client
from ml_model.release.signing import find_signer
from ml_model.release.verdict import UnfitError
from tocsin.profiles import load_profiles

NOT_FIT = 1


def add_release_commands(commands: Commands, names: list[str]) -> None:
    """Add ``versions``, ``promote`` and ``rollback``."""
    _add_versions(commands, names)
    _add_promote(commands, names)
    _add_rollback(commands, names)


def _add_versions(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "versions",
        help="list the published bundles and which is active",
        epilog="example: python -m ml_model versions --profile pump",
    )
    parser.add_argument("--profile", required=True, choices=names, help="which kind of device")
    parser.set_defaults(run=_run_versions)


def _add_promote(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "promote",
        help="make a published bundle the active one",
        description="Checks the hashes of a published bundle and names it in active.json; the one "
        "before it stays named for a rollback. The functions take it within MODEL_REFRESH_S. A "
        "bundle that the last comparison called not fit is refused, with exit code 1.",
        epilog="example: python -m ml_model promote --profile pump --version 1-3fa9c1d2",
    )
    parser.add_argument("--profile", required=True, choices=names, help="which kind of device")
    parser.add_argument("--version", required=True, help="as python -m ml_model versions lists it")
    parser.add_argument(
        "--force", type=_parse_reason, metavar="REASON",
        help="promote a bundle that was called not fit; the reason is kept beside it",
    )  # fmt: skip
    add_signing_flag(parser)
    parser.set_defaults(run=_run_promote)


def _add_rollback(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "rollback",
        help="make the bundle before the active one active again",
        description="Checks the hashes of the bundle that was active before and names it in "
        "active.json. Safe to repeat: a second time changes nothing.",
        epilog="example: python -m ml_model rollback --profile pump",
    )
    parser.add_argument("--profile", required=True, choices=names, help="which kind of device")
    add_signing_flag(parser)
    parser.set_defaults(run=_run_rollback)


def _run_versions(parsed: argparse.Namespace, console: Console) -> None:
    table = Table()
    for column in ("version", "uploaded (UTC)", "use"):
        table.add_column(column)
    with container_client(os.environ) as container:
        for version in list_versions(container, load_profiles()[parsed.profile]):
            table.add_row(version.version, f"{version.uploaded:%Y-%m-%d %H:%M:%S}", version.use)
    console.print(table)


def _run_promote(parsed: argparse.Namespace, console: Console) -> int:
    profile = load_profiles()[parsed.profile]
    signer = find_signer(parsed.signing_key, os.environ)
    try:
        with container_client(os.environ) as container:
            flip = promote(container, profile, parsed.version, force=parsed.force, signer=signer)
    except UnfitError as error:
        sys.stderr.write(
            f"ml_model promote: {error}. Nothing was changed: compare it again, or promote it all "
            "the same with --force REASON\n"
        )
        return NOT_FIT
    if flip.changed:
        console.print(_describe_verdict(flip), markup=False, highlight=False, soft_wrap=True)
    console.print(_describe_flip(flip, "before it"))
    return 0


def _run_rollback(parsed: argparse.Namespace, console: Console) -> None:
    signer = find_signer(parsed.signing_key, os.environ)
    with container_client(os.environ) as container:
        flip = roll_back(container, load_profiles()[parsed.profile], signer=signer)
    console.print(_describe_flip(flip, "rolled back from"))


def _parse_reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise argparse.ArgumentTypeError("say why the verdict does not count")
    return reason


def _describe_verdict(flip: Flip) -> str:
    if flip.verdict is None:
        return (
            f"{flip.profile} {flip.version} was never compared with another bundle: "
            "python -m ml_model compare says whether a bundle is fit"
        )
    if flip.forced is not None:
        return f"{flip.verdict.sentence()}; promoted by force, the reason is in {flip.forced}"
    return flip.verdict.sentence()


def _describe_flip(flip: Flip, before: str) -> str:
    what = "is active now" if flip.changed else "was active already"
    return f"{flip.profile} {flip.version}: {what} ({before}: {flip.before or 'none'})"
