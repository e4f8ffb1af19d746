"""Two runs of ``python -m local up``, each ended by Ctrl-C, the second with the first's data."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chaos.figures import Figures
from local.addresses import find_free_address
from local.processes import ROOT

WORK_S = 25.0
START_S = 120.0
END_S = 120.0


def run_kept(folder: Path, *, seed: int, devices: int) -> list[Figures]:
    """The figures of both runs by their own reports, which are to speak of their own run alone.

    Raises RuntimeError when one ends without a report.
    """
    address = find_free_address()
    base = ["--devices", str(devices), "--seed", str(seed), "--state", str(folder / "state")]
    return [
        _run("ctrl-c", [*base, "--address", address], folder / "first.json"),
        _run("ctrl-c-kept", [*base, "--address", address, "--keep"], folder / "second.json"),
    ]


def _run(name: str, options: Sequence[str], report: Path) -> Figures:
    command = [sys.executable, "-m", "local", "up", *options, "--report", str(report)]
    log = report.with_suffix(".log")
    with log.open("w", encoding="utf-8") as output:
        running = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        _wait_for_devices(running, log)
        time.sleep(WORK_S)
        running.send_signal(signal.SIGINT)
        running.wait(timeout=END_S)
    if not report.exists():
        raise RuntimeError(f"{name} left no report:\n{log.read_text(encoding='utf-8')[-2_000:]}")
    found = json.loads(report.read_text(encoding="utf-8"))
    return Figures(
        name=name,
        lost=found["lost"],
        duplicates=found["duplicates"],
        dead_lettered=found["dead_lettered"],
        raised=found["alerts_raised"],
        shown=found["alerts_pushed"],
        stored_p99_ms=found["latency_ms"]["stored"]["p99"],
        shown_p99_ms=None,
    )


def _wait_for_devices(running: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while "devices" not in log.read_text(encoding="utf-8"):
        if running.poll() is not None or time.monotonic() > deadline:
            running.kill()
            raise RuntimeError(f"the run did not start:\n{log.read_text(encoding='utf-8')}")
        time.sleep(0.2)
