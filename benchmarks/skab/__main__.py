"""``python -m benchmarks.skab``: the Skoltech Anomaly Benchmark; exit code 2 without its files."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from benchmarks import report
from benchmarks.skab.recordings import FOLDER, MissingRecordingsError
from benchmarks.skab.table import measure


def main(folder: Path = FOLDER) -> int:
    """Print the table, or one line saying where the recordings were looked for."""
    try:
        report.main("benchmarks.skab", __doc__, partial(measure, folder))
    except MissingRecordingsError as error:
        sys.stderr.write(f"benchmarks.skab: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
