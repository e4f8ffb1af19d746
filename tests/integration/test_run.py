"""A run of the fleet that breaks down is no success."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from local.processes import ProcessFailedError
from local.stack import Stack
from local.up import Options, Run
from tests.waiting import wait_until


@pytest.mark.timeout(120)
def test_a_fleet_that_dies_fails_the_run(shared_stack: Stack, tmp_path: Path) -> None:
    run = Run(
        shared_stack,
        Options(
            duration_s=60,
            report=None,
            devices=3,
            seed=1,
            faults="none",
            history_s=0,
            host="embedded",
            state=tmp_path,
            keep=True,
            address="unused: the stack has its own endpoints",
        ),
    )
    try:
        run.start()
        wait_until(lambda: run.messages_stored > 0, within_s=30, what="a message stored")
        run.fleet.kill()
        assert run.watch(threading.Event()), "the services are whole"
        with pytest.raises(ProcessFailedError, match="the fleet ended with code -9"):
            run.finish()
    finally:
        run.stop()
