"""What the processes of a run used: read from /proc, a line a sample, an account at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.report.processes import Usage, measure_usage
from local.report.resources import ResourceWatch, Sample, account_for


def make_proc(
    folder: Path, process: int, *, parent: int, ticks: int = 0, pages: int = 0, state: str = "S"
) -> None:
    """A process as /proc shows it, whose program has an awkward name."""
    (folder / str(process) / "fd").mkdir(parents=True)
    for number in range(3):
        (folder / str(process) / "fd" / str(number)).touch()
    fields = [state, str(parent), *["0"] * 9, str(ticks), "0", *["0"] * 4, "5", "0", "0", "0"]
    text = f"{process} (a (b) c) {' '.join([*fields, str(pages)])}\n"
    (folder / str(process) / "stat").write_text(text, encoding="utf-8")


def test_descendants_count_under_the_name_of_their_part(tmp_path: Path) -> None:
    make_proc(tmp_path, 10, parent=1)
    make_proc(tmp_path, 11, parent=10)
    make_proc(tmp_path, 12, parent=11)
    make_proc(tmp_path, 20, parent=10)
    make_proc(tmp_path, 30, parent=1)
    (tmp_path / "uptime").touch()
    usages = measure_usage({"run": 10, "fleet": 20, "gone": 99}, tmp_path)
    named = {usage.name: usage.process for usage in usages}
    assert named == {"run": 10, "run/1": 11, "run/2": 12, "fleet": 20}


def test_a_process_keeps_its_name_when_another_ends(tmp_path: Path) -> None:
    known: dict[int, str] = {}
    make_proc(tmp_path, 10, parent=1)
    for child in (11, 12):
        make_proc(tmp_path, child, parent=10)
    measure_usage({"run": 10}, tmp_path, known=known)
    (tmp_path / "11" / "stat").unlink()
    left = measure_usage({"run": 10}, tmp_path, known=known)
    assert [(usage.name, usage.process) for usage in left] == [("run", 10), ("run/2", 12)]


def test_ticks_and_pages_become_seconds_and_megabytes(tmp_path: Path) -> None:
    ticks, pages = 3 * os.sysconf("SC_CLK_TCK"), 1_000
    make_proc(tmp_path, 10, parent=1, ticks=ticks, pages=pages)
    rss_mb = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    assert measure_usage({"run": 10}, tmp_path) == [Usage("run", 10, 3.0, rss_mb, 5, 3)]


def test_a_real_process_is_measured_with_its_children() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        usages = measure_usage({"test": os.getpid()})
        child.communicate(b"\n")
    assert usages[0].process == os.getpid()
    assert usages[0].rss_mb > 1
    assert child.pid in {usage.process for usage in usages}


def test_what_has_ended_is_left_out(tmp_path: Path) -> None:
    make_proc(tmp_path, 10, parent=1, state="Z")
    assert measure_usage({"run": 10}, tmp_path) == []


def make_usage(cpu_s: float, rss_mb: float, process: int = 1) -> Usage:
    return Usage("host", process, cpu_s, rss_mb, threads=4, descriptors=9)


def test_the_account_tells_memory_over_time_and_the_share_of_a_processor() -> None:
    samples = [
        Sample(0.0, [make_usage(7.0, 100.0)]),
        Sample(10.0, [make_usage(9.0, 140.0)]),
        Sample(20.0, [make_usage(12.0, 120.0)]),
    ]
    assert account_for(samples) == {
        "host": {
            "cpu_pct": 25.0,
            "rss_mb": {"start": 100.0, "middle": 140.0, "end": 120.0, "most": 140.0},
            "threads": 4,
            "descriptors": 9,
        }
    }


def test_a_part_that_was_started_again_counts_on() -> None:
    samples = [
        Sample(0.0, [make_usage(7.0, 1.0)]),
        Sample(10.0, [make_usage(9.0, 1.0)]),
        Sample(20.0, [make_usage(3.0, 1.0, process=2)]),
    ]
    assert account_for(samples)["host"]["cpu_pct"] == 25.0


def test_a_watch_writes_its_samples(tmp_path: Path) -> None:
    def measure(roots: Mapping[str, int]) -> list[Usage]:
        return [make_usage(1.0, 2.0, process=process) for process in roots.values()]

    watch = ResourceWatch(lambda: {"host": 5}, tmp_path / "out.jsonl", measure=measure)
    watch.stop()  # before it began: nothing to stop
    watch.start()
    watch.stop()
    watch.stop()
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["processes"][0]["process"] for line in lines] == [5, 5]
    assert watch.account()["host"]["threads"] == 4
