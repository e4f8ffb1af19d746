"""``python -m benchmarks.tsb``: 43 series of TSB-AD-M; exit code 2 without their files."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from benchmarks import report
from benchmarks.tsb.recordings import FOLDER, MissingRecordingsError
from benchmarks.tsb.table import measure


def main(folder: Path = FOLDER) -> int:
    """Print the table, or one line saying where the recordings were looked for."""
    try:
        report.main("benchmarks.tsb", __doc__, partial(measure, folder))
    except MissingRecordingsError as error:
        sys.stderr.write(f"benchmarks.tsb: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
