"""The command line: ``python -m ml_model COMMAND``; ``--help`` lists the commands."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from azure.core.exceptions import AzureError
from rich.console import Console

from ml_model.commands import add_commands
from tocsin.domain.errors import TocsinError
from tocsin.profiles import load_profiles

FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns 0, 1 for a candidate that is not fit to be promoted or a bundle beyond its tolerance, or
    2 after one clear line of error.
    """
    parser = argparse.ArgumentParser(
        prog="python -m ml_model",
        description="Trains, evaluates and publishes the anomaly models, one for each profile.",
        epilog="To make a committed bundle again: python -m ml_model reproduce --profile pump",
    )
    add_commands(parser, load_profiles())
    parsed = parser.parse_args(arguments)
    # The SDK raises what fails; what its threads log beside that would only repeat it.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    try:
        code: int | None = parsed.run(parsed, Console())
    except (TocsinError, AzureError, OSError) as error:
        sys.stderr.write(f"ml_model {parsed.command}: {' '.join(str(error).split())}\n")
        return FAILED
    return code or 0


if __name__ == "__main__":
    sys.exit(main())
