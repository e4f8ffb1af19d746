"""The command that uploads bundles: its flags, and what it calls.

It runs at each start of the local stack, and imports nothing that takes long.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from ml_model.commands.parser import Commands
from ml_model.commands.signing import add_signing_flag
from ml_model.paths import BUNDLES
from ml_model.release.active import PublishError
from ml_model.release.publish import container_client, publish, publish_bundle
from ml_model.release.signing import find_signer
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles


def add_publish(commands: Commands, names: list[str]) -> None:
    """Add ``publish``."""
    parser = commands.add_parser(
        "publish",
        help="upload bundles to the blob container models",
        description="Uploads what is missing, reads it back, and makes it the active bundle of a "
        "profile that has none. Safe to repeat. The account is named by BlobStorage (a connection "
        "string) or BlobStorage__serviceUri (its blob address, for the signed-in identity).",
        epilog="example: python -m ml_model publish --profile pump --bundle runs/pump/bundle",
    )
    parser.add_argument("--bundles", type=Path, default=BUNDLES, help="folder of the bundles")
    parser.add_argument("--profile", choices=names, help="only this one (all there are)")
    parser.add_argument(
        "--bundle",
        type=Path,
        metavar="FOLDER",
        help="the folder of this one bundle, such as a candidate's",
    )
    parser.add_argument(
        "--activate", action="store_true", help="replace an active bundle of another version"
    )
    add_signing_flag(parser)
    parser.set_defaults(run=_run_publish)


def _run_publish(parsed: argparse.Namespace, console: Console) -> None:
    profiles = load_profiles()
    if parsed.bundle and not parsed.profile:
        raise PublishError("--bundle is one profile's: name it with --profile")
    signer = find_signer(parsed.signing_key, os.environ)
    activate = parsed.activate
    with container_client(os.environ) as container:
        if parsed.bundle:
            profile = profiles[parsed.profile]
            done = [
                publish_bundle(container, parsed.bundle, profile, activate=activate, signer=signer)
            ]
        else:
            folders = _bundle_folders(parsed, profiles, console)
            done = publish(container, folders, profiles, activate=activate, signer=signer)
    for bundle in done:
        console.print(
            f"{bundle.profile} {bundle.version}: {bundle.uploaded} files uploaded, {bundle.outcome}"
            + (f" ({bundle.active})" if bundle.active != bundle.version else "")
        )


def _bundle_folders(
    parsed: argparse.Namespace, profiles: Mapping[str, Profile], console: Console
) -> list[Path]:
    """The folder of the one profile asked for, or of each profile that has one."""
    if parsed.profile:
        return [parsed.bundles / str(parsed.profile)]
    folders = [parsed.bundles / name for name in sorted(profiles)]
    for folder in folders:
        if not folder.is_dir():
            console.print(f"{folder.name}: no bundle yet; its devices are not scored")
    return [folder for folder in folders if folder.is_dir()]
