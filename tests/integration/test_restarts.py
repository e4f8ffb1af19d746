"""A part dies in the middle of a run and comes back: nothing is lost, nothing is doubled."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from local.run import Run
from local.stack import Stack
from tests.integration.runs import make_options
from tests.waiting import wait_until

OUTAGE_S = 3.0
FIRST, BETWEEN = 40, 15  # messages that are stored before the first death, and the next ones


@pytest.mark.timeout(300)
def test_killed_in_the_middle_of_a_run(stack: Stack, tmp_path: Path) -> None:
    """Each part in its turn, as soon as the one before works again."""
    parts = ["functions_host", "iothub", "cosmos", "azurite"]
    report = run_with_deaths(stack, tmp_path, parts, longest_s=120)
    assert report["alerts_pushed"] == report["alerts_raised"] > 0


@pytest.mark.timeout(180)
def test_nothing_but_live_messages_dies_with_their_service(stack: Stack, tmp_path: Path) -> None:
    """Those it had not yet delivered: browsers ask again, so they are no part of the account."""
    run_with_deaths(stack, tmp_path, ["webpubsub"], longest_s=40)


def run_with_deaths(
    stack: Stack, folder: Path, victims: Sequence[str], *, longest_s: float
) -> dict[str, Any]:
    """The report of a run that stored on after each death, and lost nothing.

    longest_s: of the run, which ends once the last part is back and works; its faults are spread
    over that time.
    """
    options = make_options(
        folder,
        duration_s=longest_s,
        devices=12,
        faults="demo",
        history_s=100,
        seed=11,
        paused=False,
    )
    run = Run(stack, options)
    try:
        run.start()
        wait_for_messages(run, FIRST, "before the first death")
        for victim in victims:
            stack.children[victim].kill()
            threading.Event().wait(OUTAGE_S)
            stack.children[victim].start()
            wait_for_messages(run, BETWEEN, f"after the death of {victim}")
        assert run.fleet.running, "nothing was sent any more: the run was too short"
        assert stack.find_fallen() == [], "a part fell over that was not killed"
        report = run.finish()
    finally:
        run.stop()
    assert report["readings_stored"] == report["readings_sent"] > 0
    assert report["lost"] == 0
    assert report["duplicates"] == 0
    return report


def wait_for_messages(run: Run, more: int, when: str) -> None:
    least = run.messages_stored + more
    wait_until(
        lambda: run.messages_stored >= least,
        within_s=60,
        what=f"{more} more messages stored {when}",
    )
