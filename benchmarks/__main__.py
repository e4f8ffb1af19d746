"""``python -m benchmarks``: every benchmark, one JSON object a line."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = (
    "standins",
    "readings",
    "cost",
    "rebalancing",
    "loop",
    "incidents",
    "scoring",
    "watching",
    "load",
    "detect",
    "resting",
    "devices",
    "dashboard",
    "first_look",
    "skab",
    "tsb",
    "chaos",
)


def main() -> int:
    """Run each in a process of its own, so that none warms up another; not 0 if one fails."""
    commands = [[sys.executable, "-m", f"benchmarks.{name}", "--json"] for name in BENCHMARKS]
    return max(subprocess.run(command, check=False).returncode for command in commands)


if __name__ == "__main__":
    sys.exit(main())
