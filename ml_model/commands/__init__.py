"""The commands of ``python -m ml_model``: flags, and what each one calls.

Torch, pandas and matplotlib take seconds to import, so each command imports what it needs.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from ml_model.commands.publication import add_publish
from ml_model.commands.release import add_release_commands
from ml_model.commands.signing import add_keygen
from ml_model.commands.training import add_training_commands
from ml_model.commands.watch import add_watch_commands
from tocsin.domain.profile import Profile


def add_commands(parser: argparse.ArgumentParser, profiles: Mapping[str, Profile]) -> None:
    """Add every command to *parser*; a parsed one has ``run(parsed, console)``."""
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    names = sorted(profiles)
    add_training_commands(commands, names)
    add_publish(commands, names)
    add_watch_commands(commands, names)
    add_release_commands(commands, names)
    add_keygen(commands)
