"""``python -m benchmarks.devices --json``.

Devices as they really are, one of each kind, through the whole local system by the device SDK: one
whose clock is put right while it runs, two that are too slow for the model of their kind, one in
bursts, one with sentinels in place of values, one that is switched off at times, one with plain
limits that it passes and comes back from, one that was cut off and sends what it kept the newest
first. Each has one real fault. Prints one JSON object::

    {"devices": [{"device", "readings", "cause", "channel", "delay_s", "false_alerts",
                  "not_scored": {reason: readings}, "remarks", "missed"}],
     "missed": [what should be and is not], "seconds"}

The bars: every fault found, by an alert that names its channel and its cause; no other alert; what
has no score says why at the API. Exits with 1 where one is missed. Takes about four minutes, most
of which the last one waits: what came late is judged when no more comes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import report
from benchmarks.devices.judge import Verdict, judge
from benchmarks.devices.play import play
from benchmarks.devices.trials import make_trials
from local.addresses import find_free_address
from local.endpoints import Endpoints
from local.stack import Stack
from tocsin.profiles import load_profiles


def main(arguments: Sequence[str] | None = None) -> int:
    parser = report.make_parser("benchmarks.devices", __doc__ or "")
    parser.add_argument("--address", help="loopback address of the stack (a free one)")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    endpoints = Endpoints.free(options.address or find_free_address())
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-devices-") as folder,
        Stack(endpoints, Path(folder), tell=_keep_quiet) as stack,
    ):
        verdicts = try_devices(stack)
    missed = list_missed(verdicts)
    account = {
        "devices": [asdict(verdict) for verdict in verdicts],
        "missed": missed,
        "seconds": round(time.monotonic() - started, 1),
    }
    report.print_account(account, "python -m benchmarks.devices --json", as_json=options.json)
    return 1 if missed else 0


def try_devices(stack: Stack, *, is_short: bool = False) -> list[Verdict]:
    """Play every trial through a *stack* that scored nothing before: what is set of limits counts
    within a minute. *is_short*: see ``make_trials``."""
    trials = make_trials(load_profiles(), time.time_ns() // 1_000_000, is_short=is_short)
    return [judge(trial, heard) for trial, heard in play(stack, trials)]


def list_missed(verdicts: Sequence[Verdict]) -> list[str]:
    """Every bar that a device missed, in words; empty when all are met."""
    return [f"{verdict.device}: {text}" for verdict in verdicts for text in verdict.missed]


def _keep_quiet(line: str) -> None:
    """The output is the account alone."""


if __name__ == "__main__":
    sys.exit(main())
