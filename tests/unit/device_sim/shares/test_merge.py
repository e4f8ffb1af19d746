"""Several shares' words become one tally, one truth and one log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from device_sim.session.log import RunLog
from device_sim.session.sink import FolderSink
from device_sim.shares.merge import Merger


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def make_merger(folder: Path) -> tuple[Merger, RunLog]:
    sink = FolderSink(folder)
    log = RunLog(sink)
    log.tally.devices = 7
    return Merger(log, sink, shares=2), log


def test_counts_are_those_of_all(tmp_path: Path) -> None:
    merger, log = make_merger(tmp_path)
    merger.note(0, {"connected": 3})
    merger.note(1, {"connected": 2})
    merger.note(0, {"tally": {"devices": 4, "sent": 5, "faults": 1}, "waiting": 2})
    merger.note(1, {"tally": {"devices": 3, "sent": 6, "faults": 0}, "waiting": 1})
    assert (merger.connected, merger.waiting) == (5, 3)
    assert (log.tally.devices, log.tally.sent) == (7, 11)


def test_what_a_share_leaves_unsent_at_its_end_is_counted(tmp_path: Path) -> None:
    merger, log = make_merger(tmp_path)
    merger.note(0, {"tally": {"sent": 5, "unsent": 0}, "waiting": 2})
    last = {"sent": 5, "unsent": 2, "seconds": 1.0, "finished": True}
    merger.note(0, {"replace": "summary.json", "lines": [last]})
    assert (log.tally.unsent, log.tally.undelivered) == (2, 2)


def test_lines_are_passed_on_as_they_are(tmp_path: Path) -> None:
    merger, _ = make_merger(tmp_path)
    merger.note(1, {"append": "sent.jsonl", "line": {"device": "b", "seq": 0}})
    merger.note(0, {"append": "sent.jsonl", "line": {"device": "a", "seq": 0}})
    assert [line["device"] for line in lines(tmp_path / "sent.jsonl")] == ["b", "a"]


def test_the_truth_is_that_of_all_in_order_of_time(tmp_path: Path) -> None:
    merger, log = make_merger(tmp_path)
    early, late = {"device": "a", "start": 1, "end": 9}, {"device": "b", "start": 5, "end": 9}
    merger.note(0, {"replace": "faults.jsonl", "lines": [late]})
    merger.note(1, {"replace": "faults.jsonl", "lines": [early]})
    assert lines(tmp_path / "faults.jsonl") == [early, late]
    merger.note(0, {"replace": "faults.jsonl", "lines": [{**late, "end": 7}]})
    assert [fault["end"] for fault in lines(tmp_path / "faults.jsonl")] == [9, 7]
    assert log.tally.faults == 2
