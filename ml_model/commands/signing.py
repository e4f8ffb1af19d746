"""The command that makes a signing key, and the flag that names one."""

from __future__ import annotations

import argparse
from base64 import b64decode
from pathlib import Path

from rich.console import Console

from ml_model.commands.parser import Commands
from ml_model.release.signing import KEY_FILE_SETTING, KEY_SETTING, PUBLIC_SETTING, make_key
from tocsin.domain.models.signing import name_key


def add_keygen(commands: Commands) -> None:
    """Add ``keygen``."""
    parser = commands.add_parser(
        "keygen",
        help="make a key that signs bundles",
        description="Writes a new private key, readable by you alone, and prints its public key "
        f"for the app's setting {PUBLIC_SETTING}. Keep the private key where only those can read "
        "it who may activate bundles.",
        epilog="example: python -m ml_model keygen --out signing-key.pem",
    )
    parser.add_argument("--out", type=Path, required=True, help="the private key's file (PEM)")
    parser.set_defaults(run=_run_keygen)


def add_signing_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--signing-key", type=Path, metavar="FILE",
        help="the private key that signs, PEM; otherwise the environment variables "
        f"{KEY_FILE_SETTING} (its file) or {KEY_SETTING} (the key itself) name it",
    )  # fmt: skip


def _run_keygen(parsed: argparse.Namespace, console: Console) -> None:
    public = make_key(parsed.out)
    console.print(f"private key in {parsed.out}; its id is {name_key(b64decode(public))}")
    console.print(f"{PUBLIC_SETTING}={public}", markup=False, highlight=False, soft_wrap=True)
