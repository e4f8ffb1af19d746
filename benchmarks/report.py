"""What every benchmark prints: one JSON object with its figures and where they were taken."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from typing import Any


def machine() -> dict[str, object]:
    """The machine, as far as it matters to a figure."""
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def main(module: str, description: str, measure: Callable[[], Mapping[str, Any]]) -> None:
    """Run *measure* and print its figures: as JSON with ``--json``, else a line each."""
    options = make_parser(module, description).parse_args()
    print_figures(measure(), f"python -m {module} --json", as_json=options.json)


def make_parser(module: str, description: str) -> argparse.ArgumentParser:
    """The command line of a benchmark: ``--json``, and what the benchmark adds."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def print_figures(figures: Mapping[str, Any], command: str, *, as_json: bool) -> None:
    """As one line of JSON, with the machine and what takes them again; else a line each."""
    if as_json:
        sys.stdout.write(json.dumps({**figures, "machine": machine(), "command": command}) + "\n")
        return
    for name, value in figures.items():
        sys.stdout.write(f"{name:>36}  {value}\n")


def print_account(account: Mapping[str, Any], command: str, *, as_json: bool) -> None:
    """An account with parts of its own: JSON as well, on many lines for people."""
    whole = {**account, "machine": machine(), "command": command}
    sys.stdout.write(json.dumps(whole, indent=None if as_json else 2) + "\n")
