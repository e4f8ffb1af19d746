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
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    figures = dict(measure())
    if options.json:
        command = f"python -m {module} --json"
        sys.stdout.write(json.dumps({**figures, "machine": machine(), "command": command}) + "\n")
        return
    for name, value in figures.items():
        sys.stdout.write(f"{name:>28}  {value}\n")
