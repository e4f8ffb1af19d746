"""A device runs what its twin orders, reports it, and survives a hub that comes and goes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device_sim.allocation import Allocation
from device_sim.complaints import Complaints
from device_sim.devices import obedience
from device_sim.devices.loads import LoadHistory
from device_sim.devices.obedience import Obedience
from device_sim.session.log import RunLog
from device_sim.session.sink import FolderSink, NoSink
from tests.fakes.device_link import FakeLink

START = Allocation(0, {"inspect-03": 12.5, "log-01": 4.0})
NOW_MS = 1_767_600_000_000


class Ticking:
    """Event time that goes on by a second each time it is asked for."""

    def __init__(self) -> None:
        self.shows_ms = NOW_MS - 1000

    def __call__(self) -> int:
        self.shows_ms += 1000
        return self.shows_ms


class Subject:
    """A device under orders, its link, its load and its log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.link = FakeLink()
        self.loads = LoadHistory()
        self.log = RunLog(FolderSink(folder))
        self.obedience = Obedience(
            "d-1",
            self.link,
            START,
            loads=self.loads,
            now_ms=Ticking(),
            log=self.log,
            complaints=Complaints(),
        )

    @contextlib.asynccontextmanager
    async def let_obey(self) -> AsyncIterator[FakeLink]:
        stop = asyncio.Event()
        await self.obedience.begin()
        task = asyncio.create_task(self.obedience.obey(stop))
        try:
            yield self.link
        finally:
            stop.set()
            async with asyncio.timeout(5):
                await task

    @property
    def load_pct(self) -> float:
        return float(self.loads.load_at(np.array([NOW_MS + 10**9]))[0])

    def lines(self) -> list[dict[str, Any]]:
        text = (self.folder / "allocations.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    return Subject(tmp_path)


def an_order(version: int, **loads_pct: float) -> dict[str, Any]:
    tasks = [{"id": name, "loadPct": load} for name, load in loads_pct.items()]
    return {"version": version, "tasks": tasks}


async def test_without_an_order_a_device_runs_what_it_has_at_the_start(subject: Subject) -> None:
    async with subject.let_obey() as link:
        report = await link.until_reported(version=0)
    assert report == {
        "version": 0, "tasks": ["inspect-03", "log-01"], "at": NOW_MS, "refused": None,
    }  # fmt: skip
    assert subject.load_pct == 16.5
    assert subject.lines() == [
        {"device": "d-1", "at": NOW_MS, "version": 0, "tasks": ["inspect-03", "log-01"]}
    ]


async def test_an_order_that_waits_in_the_twin_is_what_a_device_begins_with(
    subject: Subject,
) -> None:
    subject.link.desired["allocation"] = an_order(7, weld=20.0)
    async with subject.let_obey() as link:
        await link.until_reported(version=7, tasks=["weld"])
    assert subject.load_pct == 20.0
    assert [line["version"] for line in subject.lines()] == [7]


async def test_an_order_is_obeyed_and_reported_with_its_time(subject: Subject) -> None:
    async with subject.let_obey() as link:
        await link.until_reported(version=0)
        link.order(an_order(1, path=30.0, log=5.0))
        report = await link.until_reported(version=1)
    assert report["tasks"] == ["log", "path"]
    assert report["at"] > NOW_MS
    assert subject.load_pct == 35.0
    assert subject.lines()[-1] == {
        "device": "d-1", "at": report["at"], "version": 1, "tasks": ["log", "path"],
    }  # fmt: skip


async def test_readings_that_are_out_are_before_the_order(subject: Subject) -> None:
    async with subject.let_obey() as link:
        await link.until_reported(version=0)
        out_ms = NOW_MS + 60_000
        subject.loads.settle(out_ms)
        link.order(an_order(1))
        report = await link.until_reported(version=1)
    assert report["at"] == out_ms + 1
    assert subject.loads.load_at(np.array([out_ms, out_ms + 1])).tolist() == [16.5, 0.0]


async def test_a_stale_order_is_refused_until_a_newer_one_is_obeyed(subject: Subject) -> None:
    async with subject.let_obey() as link:
        link.order(an_order(5, weld=20.0))
        await link.until_reported(version=5)
        link.order(an_order(4, path=10.0))
        report = await link.until_reported(refused={"version": 4, "reason": "stale"})
        assert (report["version"], report["tasks"]) == (5, ["weld"])
        link.order(an_order(6, path=10.0))
        assert (await link.until_reported(version=6))["refused"] is None
    assert subject.load_pct == 10.0
    refused = [line for line in subject.lines() if "refused" in line]
    assert [line["refused"] for line in refused] == [{"version": 4, "reason": "stale"}]
    assert set(refused[0]) == {"device", "at", "refused"}


async def test_a_malformed_order_changes_nothing_but_the_report(subject: Subject) -> None:
    async with subject.let_obey() as link:
        link.order({"version": "next", "tasks": []})
        report = await link.until_reported(refused={"version": None, "reason": "malformed"})
    assert (report["version"], report["tasks"]) == (0, ["inspect-03", "log-01"])
    assert subject.load_pct == 16.5


async def test_a_malformed_order_in_the_twin_leaves_a_device_with_its_start(
    subject: Subject,
) -> None:
    subject.link.desired["allocation"] = "all of it"
    async with subject.let_obey() as link:
        report = await link.until_reported(refused={"version": None, "reason": "malformed"})
    assert report["version"] == 0
    assert subject.load_pct == 16.5


async def test_the_same_version_again_changes_nothing(subject: Subject) -> None:
    async with subject.let_obey() as link:
        link.order(an_order(3, weld=20.0))
        first = await link.until_reported(version=3)
        link.order(an_order(3, path=99.0))
        tried = link.report_attempts
        await link.until_report_attempts(tried + 1)
        assert link.reports[-1]["allocation"] == first
    assert subject.load_pct == 20.0
    assert [line["version"] for line in subject.lines()] == [0, 3]


async def test_a_patch_that_was_overtaken_is_no_order(subject: Subject) -> None:
    async with subject.let_obey() as link:
        old = {"allocation": an_order(1, path=10.0), "$version": 2}
        link.order(an_order(1, path=10.0))
        link.order(an_order(2, weld=20.0))
        link.hear(old)
        assert (await link.until_reported(version=2))["refused"] is None
    assert subject.load_pct == 20.0


async def test_other_desired_properties_are_none_of_its_business(subject: Subject) -> None:
    async with subject.let_obey() as link:
        await link.until_reported(version=0)
        link.hear({"rate": 2, "$version": 5})
        link.hear({"allocation": None, "$version": 6})
        link.order(an_order(1, weld=20.0))  # the fake's own count of versions is behind by now
        link.hear({"allocation": an_order(1, weld=20.0), "$version": 7})
        await link.until_reported(version=1)
    assert [line.get("version") for line in subject.lines()] == [0, 1]


async def test_what_was_ordered_while_the_device_was_away_is_obeyed(subject: Subject) -> None:
    async with subject.let_obey() as link:
        await link.until_reported(version=0)
        link.lose()
        link.order(an_order(1, path=10.0))
        link.order(an_order(2, weld=20.0))
        link.regain()
        await link.until_reported(version=2)
    assert subject.load_pct == 20.0
    assert [line["version"] for line in subject.lines()] == [0, 2]


async def test_every_reconnection_repeats_the_report(subject: Subject) -> None:
    async with subject.let_obey() as link:
        await link.until_reported(version=0)
        link.order(an_order(2, weld=20.0))
        link.order(an_order(1, weld=20.0))
        await link.until_reported(refused={"version": 1, "reason": "stale"})
        tried = link.report_attempts
        link.lose()
        link.regain()
        await link.until_report_attempts(tried + 1)
        assert link.reports[-1] == link.reports[-2]
    assert len([line for line in subject.lines() if "refused" in line]) == 1


async def test_a_report_that_fails_is_tried_again(subject: Subject) -> None:
    subject.link.report_failures = 2
    async with subject.let_obey() as link:
        await link.until_reported(version=0)
    assert link.report_attempts == 3


async def test_reporting_is_given_up_said_once_and_done_with_the_next_order(
    subject: Subject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obedience, "FIRST_PAUSE_S", 0.001)
    attempts = obedience.REPORT_ATTEMPTS
    subject.link.report_failures = 2 * attempts
    async with subject.let_obey() as link:
        await link.until_report_attempts(attempts)
        link.order(an_order(1, path=10.0))
        await link.until_report_attempts(2 * attempts)
        link.order(an_order(2, weld=20.0))
        await link.until_reported(version=2)
    (line,) = capsys.readouterr().err.splitlines()
    assert "d-1 cannot report its allocation (connection lost)" in line
    assert subject.load_pct == 20.0


async def test_a_device_whose_twin_cannot_be_read_begins_without_and_obeys_later(
    subject: Subject, capsys: pytest.CaptureFixture[str]
) -> None:
    subject.link.twin_failures = 2
    subject.link.desired["allocation"] = an_order(3, weld=20.0)
    async with subject.let_obey() as link:
        assert subject.load_pct == 16.5
        await link.until_reported(version=3)
    assert subject.load_pct == 20.0
    assert [line["version"] for line in subject.lines()] == [0, 3]
    (line,) = capsys.readouterr().err.splitlines()
    assert "d-1 cannot read its twin (nobody there)" in line


async def test_a_hub_that_never_answers_does_not_keep_a_device_from_work(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obedience, "BEGIN_WITHIN_S", 0.02)

    async def silence() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(subject.link, "twin", silence)
    async with subject.let_obey():
        assert subject.load_pct == 16.5


def test_a_log_without_a_folder_takes_allocations_too() -> None:
    log = RunLog(NoSink())
    log.record_allocation("d-1", NOW_MS, START)
    log.close()
