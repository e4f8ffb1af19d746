"""A device at work: history, batches, silence, late bursts; recordings at play."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device_sim.clock import Clock, now_ms
from device_sim.devices.drive import TaskDrive
from device_sim.devices.loads import LoadHistory
from device_sim.devices.production import HISTORY_BATCH, Worker
from device_sim.devices.sensing import SimulatedDevice
from device_sim.faults.kinds import Fault
from device_sim.faults.schedule import Target, make_fault
from device_sim.hub.message import Composer
from device_sim.recordings.csv_files import Recording
from device_sim.recordings.playback import Pace, Player, find_faults
from device_sim.recordings.sources import Source
from device_sim.session.dispatch import Dispatch
from device_sim.session.log import RunLog
from device_sim.session.sink import FolderSink, NoSink
from device_sim.session.truth import Truth
from device_sim.signals.driven import DrivenStream
from device_sim.signals.stream import SignalStream
from tests.fakes.device_link import FakeLink
from tocsin.profiles import load_profiles

MOTOR = load_profiles()["motor"]
WORKCELL = load_profiles()["workcell"]
START_MS = 1_767_600_000_000
# So fast that a clock reaches any of a test's event times at once.
AT_ONCE = 1e6


def a_fault(kind: str, begin: int, end: int) -> Fault:
    return make_fault(
        Target("d-1", MOTOR),
        kind,
        start_ms=START_MS + begin * 1000,
        end_ms=START_MS + end * 1000,
        magnitude=8.0,
        rng=np.random.default_rng(1),
        fewest_channels=2,
    )


async def let_work(
    *faults: Fault, messages: int, history: int = 0, folder: Path
) -> list[list[int]]:
    """Seconds since the start of the readings of each message, in the order of sending."""
    log = RunLog(FolderSink(folder))
    link = FakeLink()
    dispatch = Dispatch({"d-1": link}, store=1000, log=log)
    truth = Truth(log)
    signal = SignalStream("d-1", MOTOR, seed=1, start_ms=START_MS - history * 1000)
    worker = Worker(
        "d-1",
        SimulatedDevice(signal, MOTOR, iter(faults)),
        Composer("d-1", "motor", MOTOR.channel_names, "r"),
        dispatch=dispatch,
        clock=Clock(start_ms=START_MS, speed=AT_ONCE),
        truth=truth,
        batch=5,
        history=history,
    )
    stop = asyncio.Event()
    dispatch.start()
    working = asyncio.create_task(worker.work(stop))
    await link.until_attempts(messages)
    stop.set()
    await working
    truth.finish()
    await dispatch.wait_until_empty()
    await dispatch.close()
    log.close()
    return [[(t - START_MS) // 1000 for t in message.t] for message in link.sent]


def truth_in(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "faults.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


async def test_readings_leave_in_batches_without_a_gap(tmp_path: Path) -> None:
    sent = await let_work(messages=4, folder=tmp_path)
    assert sent[:4] == [[5 * k + j for j in range(5)] for k in range(4)]


async def test_history_comes_first_and_ends_where_live_readings_begin(tmp_path: Path) -> None:
    sent = await let_work(messages=5, history=150, folder=tmp_path)
    assert [len(times) for times in sent[:3]] == [HISTORY_BATCH, HISTORY_BATCH, 30]
    flat = [t for times in sent for t in times]
    assert flat == list(range(-150, flat[-1] + 1))


async def test_a_silent_device_sends_nothing(tmp_path: Path) -> None:
    silent = a_fault("dropout", 7, 18)
    sent = await let_work(silent, messages=5, folder=tmp_path)
    assert sent[:3] == [[0, 1, 2, 3, 4], [5, 6], [18, 19]]
    assert truth_in(tmp_path)[0]["channels"] == list(MOTOR.channel_names)


async def test_a_late_burst_arrives_after_newer_messages(tmp_path: Path) -> None:
    late = a_fault("late_burst", 5, 15)
    sent = await let_work(late, messages=6, folder=tmp_path)
    assert [times[0] for times in sent[:5]] == [0, 15, 5, 10, 20]
    assert truth_in(tmp_path)[0]["kind"] == "late_burst"


async def test_a_fault_cut_off_by_the_end_is_cut_in_the_truth(tmp_path: Path) -> None:
    sent = await let_work(a_fault("stuck", 3, 10**6), messages=3, folder=tmp_path)
    last_ms = START_MS + sent[-1][-1] * 1000
    assert truth_in(tmp_path)[0]["end"] == last_ms + 1


async def test_a_fault_that_never_came_is_not_in_the_truth(tmp_path: Path) -> None:
    await let_work(a_fault("stuck", 10**6, 10**6 + 10), messages=3, folder=tmp_path)
    assert truth_in(tmp_path) == []


def a_source(n: int, labels: dict[int, str] | None = None) -> Source:
    recording = Recording(
        device="",
        t_ms=[1000 * k for k in range(n)],
        values=[[1.0 * k, 2.0] for k in range(n)],
        labels=[(labels[k],) if labels and k in labels else () for k in range(n)],
        moved=0,
    )
    return Source("d-1", MOTOR, recording)


async def play_all(source: Source, pace: Pace, folder: Path) -> tuple[list[list[int]], list[int]]:
    """Event times of each message, and the clock's time when each was made."""
    log = RunLog(FolderSink(folder))
    link = FakeLink()
    dispatch = Dispatch({"d-1": link}, store=100, log=log)
    truth = Truth(log)
    dispatch.start()
    player = Player(source, pace, dispatch=dispatch, truth=truth, run_name="r")
    await player.play(asyncio.Event())
    truth.finish()
    await dispatch.wait_until_empty()
    await dispatch.close()
    log.close()
    return [message.t for message in link.sent], [message.produced_at for message in link.sent]


async def test_a_recording_at_full_speed_ends_now(tmp_path: Path) -> None:
    before = now_ms()
    times, _ = await play_all(a_source(25), Pace(None, 10, shift_to_now=True), tmp_path)
    assert [len(part) for part in times] == [10, 10, 5]
    assert before <= times[-1][-1] <= now_ms()
    flat = [t for part in times for t in part]
    assert set(np.diff(flat).tolist()) == {1000}


async def test_a_recording_can_keep_its_times(tmp_path: Path) -> None:
    times, _ = await play_all(a_source(12), Pace(None, 100, shift_to_now=False), tmp_path)
    assert times == [[1000 * k for k in range(12)]]


@pytest.mark.parametrize("speed", [20.0, 100.0])
async def test_no_event_time_is_ahead_of_the_clock(speed: float, tmp_path: Path) -> None:
    times, made = await play_all(a_source(20), Pace(speed, 4, shift_to_now=True), tmp_path)
    assert all(part[-1] <= at + 2 for part, at in zip(times, made, strict=True))
    assert made[-1] - times[-1][-1] < 2000


async def test_a_recordings_labels_become_truth(tmp_path: Path) -> None:
    labels = {3: "anomaly", 4: "anomaly", 8: "anomaly", 9: "changepoint"}
    source = a_source(10, labels)
    faults = find_faults(source, 100)
    assert [(fault.kind, fault.start_ms, fault.end_ms) for fault in faults] == [
        ("anomaly", 3100, 5100),
        ("anomaly", 8100, 9100),
        ("changepoint", 9100, 9101),
    ]
    await play_all(source, Pace(None, 4, shift_to_now=False), tmp_path)
    assert [fault["kind"] for fault in truth_in(tmp_path)] == ["anomaly", "anomaly", "changepoint"]


async def test_a_stopped_clock_says_so() -> None:
    stop = asyncio.Event()
    clock = Clock(start_ms=0, speed=1.0)
    assert await clock.reach(-5, stop)
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert not await clock.reach(10**9, stop)


async def test_a_clock_shows_the_time_it_has_reached() -> None:
    clock = Clock.to_catch_up(now_ms=1_000_000, speed=50.0, duration_s=0.04)
    assert clock.start_ms <= clock.now_ms() < 1_000_000
    await clock.reach(1_000_000, asyncio.Event())
    assert 1_000_000 - 2 <= clock.now_ms() < 1_060_000


async def test_a_driven_device_is_measured_under_the_load_of_the_time(tmp_path: Path) -> None:
    """Its readings are not taken before their time: an order that comes first still counts."""
    loads = LoadHistory()
    loads.change(START_MS, 10.0)
    drive = TaskDrive(loads, capacity_pct=100.0, faults=iter(()))
    clock = Clock(start_ms=START_MS, speed=50.0)
    link = FakeLink()
    dispatch = Dispatch({"d-1": link}, store=1000, log=RunLog(FolderSink(tmp_path)))
    worker = Worker(
        "d-1",
        SimulatedDevice(
            DrivenStream("d-1", WORKCELL, drive, seed=1, start_ms=START_MS), WORKCELL, iter(())
        ),
        Composer("d-1", "workcell", WORKCELL.channel_names, "r"),
        dispatch=dispatch,
        clock=clock,
        truth=Truth(RunLog(NoSink())),
        batch=10,
        history=0,
    )
    stop = asyncio.Event()
    dispatch.start()
    working = asyncio.create_task(worker.work(stop))
    await link.until_attempts(2)
    since_ms = loads.change(clock.now_ms(), 80.0)
    while not link.sent or link.sent[-1].t[-1] < since_ms + 40_000:
        await link.until_attempts(len(link.attempts) + 1)
    stop.set()
    await working
    await dispatch.close()
    cpu_pct = {
        t: value
        for message in link.sent
        for t, value in zip(message.t, json.loads(message.body)["channels"]["cpu_pct"], strict=True)
    }
    assert max(value for t, value in cpu_pct.items() if t < since_ms) < 25.0
    assert max(value for t, value in cpu_pct.items() if t > since_ms + 30_000) > 75.0


def test_a_fast_clock_starts_as_far_back_as_it_runs_ahead() -> None:
    clock = Clock.to_catch_up(now_ms=1_000_000, speed=10.0, duration_s=60.0)
    assert clock.start_ms == 1_000_000 - 9 * 60_000
    assert Clock.to_catch_up(now_ms=1_000_000, speed=0.5, duration_s=60.0).start_ms == 1_000_000


async def test_a_fast_clock_never_overtakes_the_wall_clock() -> None:
    clock = Clock.to_catch_up(now_ms=now_ms(), speed=50.0, duration_s=0.05)
    for _ in range(4):
        soon_ms = now_ms() + 60
        assert await clock.reach(soon_ms, asyncio.Event())
        assert now_ms() >= soon_ms - 2
