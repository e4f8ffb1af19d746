from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.standins.insights.items import StoredSpan
from local.standins.insights.state import TelemetryFiles, read_spans
from local.traces import draw_trace, list_traces, run

TRACE = "a" * 32


def span(
    name: str, parent: str = "", *, at: str = "00.000", trace: str = TRACE, device: str = "rig-1"
) -> StoredSpan:
    return StoredSpan(
        trace_id=trace,
        span_id=name,
        parent_id=parent,
        kind="dependency",
        name=name,
        began=f"2026-11-22T17:21:{at}000Z",
        duration_ms=7,
        success=name != "broken",
        attributes={"tocsin.device": device},
    )


WAY = [
    span("store", "score", at="00.030"),
    span("score", "wait", at="00.012"),
    span("wait", "of the device"),
    span("broken", "score", at="01.000"),
]


def choose(trace: str | None = None, device: str | None = None) -> argparse.Namespace:
    return argparse.Namespace(id=trace, device=device)


def test_a_trace_is_a_tree_whatever_order_it_came_in() -> None:
    assert [*draw_trace(WAY)] == [
        f"trace {TRACE}",
        "    at ms   took ms",
        "        0         7  wait                              device=rig-1",
        "       12         7    score",
        "       30         7      store",
        "     1000         7      broken                          FAILED",
    ]
    assert [*draw_trace([])] == []


def test_the_newest_trace_is_first_and_a_device_can_be_asked_for() -> None:
    later = span("wait", at="09.000", trace="b" * 32, device="rig-2")
    found = [json.loads(line) for line in list_traces([*WAY, later], device_id=None)]
    assert [(each["trace"], each["devices"], each["spans"]) for each in found] == [
        ("b" * 32, ["rig-2"], 1),
        (TRACE, ["rig-1"], 4),
    ]
    (only,) = list_traces([*WAY, later], device_id="rig-1")
    assert json.loads(only)["trace"] == TRACE


@pytest.mark.parametrize("trace", [None, "b" * 32])
def test_what_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], trace: str | None
) -> None:
    assert run(choose(trace), tmp_path) == 1
    assert "trace" in capsys.readouterr().err


def test_a_run_is_read_from_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    TelemetryFiles(tmp_path).add(WAY)
    with (tmp_path / "spans.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"trace_id": "half of a li')
    assert run(choose(), tmp_path) == 0
    assert json.loads(capsys.readouterr().out)["trace"] == TRACE
    assert run(choose(TRACE), tmp_path) == 0
    assert "score" in capsys.readouterr().out


def test_of_very_many_spans_the_oldest_go(tmp_path: Path) -> None:
    files = TelemetryFiles(tmp_path, most_bytes=1_000)
    for number in range(20):
        files.add([span(f"step-{number}")])
    kept = name_all(read_spans(tmp_path))
    assert kept[-1] == "step-19"
    assert 5 < len(kept) < 15


def name_all(spans: Sequence[StoredSpan]) -> list[str]:
    return [each.name for each in spans]
