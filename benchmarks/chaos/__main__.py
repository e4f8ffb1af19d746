"""``python -m benchmarks.chaos --json [--seed N] [--only NAME,NAME]``.

Runs the whole local system again and again, hurts it in another way each time, and prints one JSON
object::

    {"campaigns": [{"name", "lost", "duplicates", "dead_lettered", "raised", "shown",
                    "stored_p99_ms", "shown_p99_ms"}],
     "skipped": {name: why}, "missed": [what should be and is not], "seconds"}

The bars: nothing lost, nothing doubled, every alert that was raised reaches a browser; while
storage is away alerts are shown with a p99 of at most 3 s; while Web PubSub hangs readings are
stored with one of at most 2 s. Takes about a quarter of an hour.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import report
from benchmarks.chaos.bars import list_missed
from benchmarks.chaos.campaigns import CAMPAIGNS
from benchmarks.chaos.conduct import run_campaign
from benchmarks.chaos.disk import NoSmallDiskError
from benchmarks.chaos.figures import Figures
from benchmarks.chaos.kept import run_kept

DEVICES = 20
KEPT = "ctrl-c"


def main(arguments: Sequence[str] | None = None) -> int:
    names = [*(campaign.name for campaign in CAMPAIGNS), KEPT]
    parser = report.make_parser("benchmarks.chaos", __doc__ or "")
    parser.add_argument("--seed", type=int, default=7, help="of moments, victims and the fleet")
    parser.add_argument("--only", default=",".join(names), help=f"of {', '.join(names)}")
    options = parser.parse_args(arguments)
    wanted = options.only.split(",")
    if unknown := sorted(set(wanted) - set(names)):
        parser.error(f"unknown campaigns {', '.join(unknown)}; there are {', '.join(names)}")
    started = time.monotonic()
    figures: list[Figures] = []
    skipped: dict[str, str] = {}
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="tocsin-chaos-") as folder:
            try:
                found = _run(name, Path(folder), options.seed)
            except NoSmallDiskError as error:
                skipped[name] = str(error)
                continue
        for line in found:
            print(f"  {asdict(line)}", file=sys.stderr, flush=True)
        figures += found
    missed = list_missed(figures)
    account = {
        "campaigns": [asdict(line) for line in figures],
        "skipped": skipped,
        "missed": missed,
        "seconds": round(time.monotonic() - started, 1),
        "seed": options.seed,
    }
    command = f"python -m benchmarks.chaos --json --seed {options.seed} --only {options.only}"
    report.print_account(account, command, as_json=options.json)
    return 1 if missed else 0


def _run(name: str, folder: Path, seed: int) -> list[Figures]:
    print(f"{name} …", file=sys.stderr, flush=True)
    if name == KEPT:
        return run_kept(folder, seed=seed, devices=DEVICES)
    campaign = next(campaign for campaign in CAMPAIGNS if campaign.name == name)
    return [run_campaign(campaign, folder, seed=seed, devices=DEVICES)]


if __name__ == "__main__":
    sys.exit(main())
