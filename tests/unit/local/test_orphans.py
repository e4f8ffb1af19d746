"""A run that is killed leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from local.orphans import end_groups, watch
from local.processes import ROOT
from tests.waiting import wait_until

SLEEPS = "import time; print('here', flush=True); time.sleep(600)"
RUN = """
import subprocess, sys, time
from local.orphans import OrphanWatch
from local.signals import choose_group
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], **choose_group())
with OrphanWatch() as orphans:
    orphans.add(child.pid)
    print(child.pid, flush=True)
    if sys.argv[1:] == ["forever"]:
        time.sleep(600)
"""


def start_run(*arguments: str) -> tuple[subprocess.Popen[str], int]:
    """A run and the process id of its child."""
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    return run, int(run.stdout.readline())


def is_running(process: int) -> bool:
    """Whether *process* runs; one that ended and nobody asked about any more does not."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_the_children_of_a_killed_run_are_ended() -> None:
    run, child = start_run("forever")
    with run:
        assert is_running(child)
        run.kill()
    wait_until(lambda: not is_running(child), what="the orphan's end")


def test_a_run_that_ends_in_order_keeps_what_it_chose_to_keep() -> None:
    run, child = start_run()
    with run:
        assert run.wait(timeout=30) == 0
    try:
        assert is_running(child)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)


def test_a_child_that_does_not_stop_is_ended() -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS
    with subprocess.Popen(
        [sys.executable, "-c", stubborn], stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        end_groups([child.pid], within_s=0.2)
        assert child.wait(timeout=15) == -signal.SIGKILL


def test_children_that_are_gone_are_no_trouble() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], start_new_session=True) as child:
        pass
    watch([f"{child.pid}\n"])
