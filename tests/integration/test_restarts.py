"""A part dies in the middle of a run and comes back: nothing is lost, nothing is doubled."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from local.run import Options, Run
from local.stack import Stack
from tests.waiting import wait_until

OUTAGE_S = 3.0


@pytest.mark.timeout(180)
@pytest.mark.parametrize("victim", ["functions_host", "iothub", "cosmos", "webpubsub", "azurite"])
def test_killed_in_the_middle_of_a_run(stack: Stack, tmp_path: Path, victim: str) -> None:
    run = Run(stack, _options(tmp_path))
    try:
        run.start()
        wait_until(lambda: run.messages_stored >= 40, within_s=60, what="40 messages stored")
        stack.children[victim].kill()
        threading.Event().wait(OUTAGE_S)
        before = run.messages_stored
        stack.children[victim].start()
        assert run.watch(threading.Event()), "a part fell over that was not killed"
        report = run.finish()
    finally:
        run.stop()
    assert report["messages_sent"] > before, "nothing was sent after the restart"
    assert report["readings_stored"] == report["readings_sent"] > 0
    assert report["lost"] == 0
    assert report["duplicates"] == 0
    if victim != "webpubsub":  # what it had not yet delivered dies with it; browsers ask again
        assert report["alerts_pushed"] == report["alerts_raised"]


def _options(tmp_path: Path) -> Options:
    return Options(
        duration_s=25,
        report=None,
        devices=12,
        seed=11,
        faults="demo",
        history_s=100,
        host="embedded",
        state=tmp_path,
        keep=True,
        address="unused: the stack has its own endpoints",
    )
