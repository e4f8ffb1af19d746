"""The loop closes: work moves off a device that goes wrong and is done in time; not if paused."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from local.run import Run
from local.stack import Stack
from tests.integration.runs import make_options

DURATION_S = 50.0


def report_run(stack: Stack, folder: Path, *, paused: bool) -> dict[str, Any]:
    """The report of a run in which one device is overloaded and another throttled to the end."""
    options = make_options(
        folder,
        duration_s=DURATION_S,
        devices=50,
        faults="work",
        history_s=100,
        seed=7,
        paused=paused,
    )
    run = Run(stack, options)
    try:
        run.start()
        assert run.watch(threading.Event()), "a part fell over"
        return run.finish()
    finally:
        run.stop()


@pytest.mark.timeout(240)
def test_work_moves_to_healthy_devices_and_is_answered_in_time_again(
    stack: Stack, tmp_path: Path
) -> None:
    report = report_run(stack, tmp_path, paused=False)
    plans = report["plans"]
    assert sorted(event["kind"] for event in plans["events"]) == ["overload", "throttled"]
    for event in plans["events"]:
        assert event["tasks"] > 0, event
        assert event["to_plan_s"] is not None, event
        assert event["to_confirmed_s"] is not None, event
        assert event["to_recovered_s"] is not None, event
    assert plans["confirmed"] > 0
    assert plans["failed"] == 0
    assert report["lost"] == report["duplicates"] == report["dead_lettered"] == 0


@pytest.mark.timeout(240)
def test_with_the_optimiser_paused_it_does_not_recover(stack: Stack, tmp_path: Path) -> None:
    report = report_run(stack, tmp_path, paused=True)
    plans = report["plans"]
    assert (plans["made"], plans["migrations"], plans["orders"]) == (0, 0, 0)
    assert sorted(event["kind"] for event in plans["events"]) == ["overload", "throttled"]
    for event in plans["events"]:
        assert event["to_plan_s"] is None, event
        assert event["to_recovered_s"] is None, event
        assert event["late_s"] > 10, event
    assert report["alerts_raised"] >= 2, "the devices were seen to go wrong all the same"
