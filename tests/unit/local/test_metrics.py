"""``python -m local metrics``: what was measured in a run, added up."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from local.metrics import run
from local.standins.insights.items import StoredPoint
from local.standins.insights.state import TelemetryFiles, read_points

AT = "2026-11-22T17:21:00.000000Z"
SCORED = {"tocsin.site": "north", "tocsin.profile": "pump", "tocsin.outcome": "scored"}


def count(total: float) -> StoredPoint:
    return StoredPoint("tocsin.scoring.readings", AT, total, 1, None, None, SCORED)


def lag(total: float, times: int, least: float, most: float) -> StoredPoint:
    return StoredPoint("tocsin.scoring.lag", AT, total, times, least, most, {})


def choose(*, as_json: bool = False) -> argparse.Namespace:
    return argparse.Namespace(json=as_json)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = TelemetryFiles(tmp_path)
    files.add([count(5), lag(3.0, 2, 1.0, 2.0)])
    files.add([count(7), lag(0.5, 1, 0.5, 0.5)])
    return tmp_path


def test_a_run_is_added_up_by_name_and_attributes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(choose(as_json=True), folder) == 0
    lag_s, readings = map(json.loads, capsys.readouterr().out.splitlines())
    assert lag_s == {
        "name": "tocsin.scoring.lag", "unit": "s", "about": {}, "total": 3.5, "count": 3,
        "least": 0.5, "most": 2.0,
    }  # fmt: skip
    assert readings == {
        "name": "tocsin.scoring.readings",
        "unit": "{reading}",
        "about": {"outcome": "scored", "profile": "pump", "site": "north"},
        "total": 12,
        "count": 2,
    }


def test_people_get_a_line_each(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(choose(), folder) == 0
    lag_s, readings = capsys.readouterr().out.splitlines()
    assert lag_s.split() == ["tocsin.scoring.lag", "1.17", "(0.5", "to", "2,", "3", "times)", "s"]
    assert readings.endswith("outcome=scored profile=pump site=north" + " " * 14 + "12 {reading}")


def test_where_nothing_was_measured_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(choose(), tmp_path) == 1
    assert "--traces" in capsys.readouterr().err


def test_of_very_many_points_the_oldest_go(tmp_path: Path) -> None:
    files = TelemetryFiles(tmp_path, most_bytes=1_000)
    for number in range(40):
        files.add([count(number)])
    kept = [point.total for point in read_points(tmp_path)]
    assert kept[-1] == 39
    assert 5 < len(kept) < 20
