"""The commands that change which published bundle scores: flags, and what each one calls."""

from __future__ import annotations

import argparse
import os

from rich.console import Console
from rich.table import Table

from ml_model.commands.parser import Commands
from ml_model.release.promote import Flip, promote, roll_back, versions
from ml_model.release.publish import container_client
from tocsin.profiles import load_profiles


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
    parser.set_defaults(run=_versions)


def _add_promote(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "promote",
        help="make a published bundle the active one",
        description="Checks the hashes of a published bundle and names it in active.json; the one "
        "before it stays named for a rollback. The functions take it within MODEL_REFRESH_S.",
        epilog="example: python -m ml_model promote --profile pump --version 1-3fa9c1d2",
    )
    parser.add_argument("--profile", required=True, choices=names, help="which kind of device")
    parser.add_argument("--version", required=True, help="as python -m ml_model versions lists it")
    parser.set_defaults(run=_promote)


def _add_rollback(commands: Commands, names: list[str]) -> None:
    parser = commands.add_parser(
        "rollback",
        help="make the bundle before the active one active again",
        description="Checks the hashes of the bundle that was active before and names it in "
        "active.json. Safe to repeat: a second time changes nothing.",
        epilog="example: python -m ml_model rollback --profile pump",
    )
    parser.add_argument("--profile", required=True, choices=names, help="which kind of device")
    parser.set_defaults(run=_rollback)


def _versions(parsed: argparse.Namespace, console: Console) -> None:
    table = Table()
    for column in ("version", "uploaded (UTC)", "use"):
        table.add_column(column)
    with container_client(os.environ) as container:
        for one in versions(container, load_profiles()[parsed.profile]):
            table.add_row(one.version, f"{one.uploaded:%Y-%m-%d %H:%M:%S}", one.use)
    console.print(table)


def _promote(parsed: argparse.Namespace, console: Console) -> None:
    with container_client(os.environ) as container:
        flip = promote(container, load_profiles()[parsed.profile], parsed.version)
    console.print(_flipped(flip, "before it"))


def _rollback(parsed: argparse.Namespace, console: Console) -> None:
    with container_client(os.environ) as container:
        flip = roll_back(container, load_profiles()[parsed.profile])
    console.print(_flipped(flip, "rolled back from"))


def _flipped(flip: Flip, before: str) -> str:
    what = "is active now" if flip.changed else "was active already"
    return f"{flip.profile} {flip.version}: {what} ({before}: {flip.before or 'none'})"
