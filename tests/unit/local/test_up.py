"""What is looked at before anything starts, and how the report is kept."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from local.__main__ import main
from local.addresses import MQTT_PORT, find_free_address
from local.ports import PortInUseError
from local.run import Options
from local.state import claim_state
from local.up import prepare_report, show_report, up


def make_options(state: Path, *, address: str, report: Path | None = None) -> Options:
    return Options(
        duration_s=1,
        report=report,
        devices=1,
        seed=1,
        faults="none",
        history_s=0,
        host="embedded",
        state=state,
        keep=False,
        address=address,
    )


def test_taken_ports_cost_no_data(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with claim_state(state):
        (state / "rows").write_text("of the last run", encoding="utf-8")
    address = find_free_address()
    with (
        socket.create_server((address, MQTT_PORT)),
        pytest.raises(PortInUseError, match=f"{MQTT_PORT} \\(mqtt\\)"),
    ):
        up(make_options(state, address=address))
    assert (state / "rows").read_text(encoding="utf-8") == "of the last run"


def test_the_report_s_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "not/there/out.json"
    prepare_report(path)
    assert path.parent.is_dir()
    assert not path.exists(), "an empty file is no report"
    assert show_report({"lost": 0}, path)
    assert json.loads(path.read_text(encoding="utf-8")) == {"lost": 0}


def test_an_earlier_report_stays_until_there_is_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("earlier", encoding="utf-8")
    prepare_report(path)
    assert path.read_text(encoding="utf-8") == "earlier"


def test_a_report_that_cannot_be_written_is_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    report, state = tmp_path / "file/out.json", tmp_path / "state"
    assert main(["up", "--report", str(report), "--state", str(state)]) == 2
    assert not state.exists()
    refusal = capsys.readouterr().err
    assert refusal.startswith(f"failed: --report {report}: cannot be written")
    assert refusal.count("\n") == 1


def test_a_report_whose_file_fails_in_the_end_has_been_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not show_report({"lost": 0}, tmp_path / "gone/out.json")
    told = capsys.readouterr()
    assert json.loads(told.out) == {"lost": 0}
    assert "printed above" in told.err
