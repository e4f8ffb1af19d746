"""A folder is emptied if it is ours and nobody uses it; nothing else is ever touched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.__main__ import main
from local.processes import ROOT
from local.state import MARKER, StateError, StateInUseError, claim_state, empty_state

HOLD = """
import sys, time
from pathlib import Path
from local.state import claim_state
with claim_state(Path(sys.argv[1]), address="127.0.0.1", ports="8883 (mqtt)"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses ``tmp_path / "state"``."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "state")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def list_names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("command", ["clean", "up"])
def test_a_folder_that_is_not_ours_is_left_alone(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/chapter-1.txt").write_text("years of work", encoding="utf-8")
    before = list_names(tmp_path)
    assert main([command, "--state", str(tmp_path)]) == 2
    assert list_names(tmp_path) == before
    refusal = capsys.readouterr().err
    assert "nothing was touched" in refusal
    assert "thesis" in refusal


def test_not_even_keep_writes_into_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert main(["up", "--keep", "--state", str(tmp_path)]) == 2
    assert list_names(tmp_path) == ["thesis.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(StateError, match=r"--state .*file: "), claim_state(path):
        pass
    assert path.read_text(encoding="utf-8") == "mine"


def test_clean_empties_what_a_run_left(tmp_path: Path) -> None:
    state, elsewhere = tmp_path / "state", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.txt").write_text("mine", encoding="utf-8")
    with claim_state(state):
        (state / "cosmos").mkdir()
        (state / "cosmos/database.sqlite").write_bytes(b"rows")
        (state / "link").symlink_to(elsewhere, target_is_directory=True)
    assert main(["clean", "--state", str(state)]) == 0
    assert list_names(state) == [MARKER]
    assert list_names(elsewhere) == ["kept.txt"]


def test_clean_of_nothing_makes_nothing(tmp_path: Path) -> None:
    assert main(["clean", "--state", str(tmp_path)]) == 0
    assert main(["clean", "--state", str(tmp_path / "none")]) == 0
    assert list_names(tmp_path) == []


def test_an_empty_folder_can_become_ours(tmp_path: Path) -> None:
    with claim_state(tmp_path) as was_killed:
        assert not was_killed
        empty_state(tmp_path)
    with claim_state(tmp_path) as was_killed:
        assert not was_killed


@pytest.mark.parametrize("command", ["clean", "up"])
def test_a_second_run_says_which_is_the_first_and_harms_nothing(
    tmp_path: Path,
    holder: subprocess.Popen[str],
    command: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    state = tmp_path / "state"
    (state / "rows").write_text("of the first", encoding="utf-8")
    assert main([command, "--state", str(state)]) == 1
    assert list_names(state) == [MARKER, "rows"]
    refusal = capsys.readouterr().err
    assert f"process {holder.pid}, since 2" in refusal
    assert "address 127.0.0.1; ports 8883 (mqtt)" in refusal
    assert "STATE=" in refusal
    assert holder.poll() is None


def test_the_lock_of_a_run_that_was_killed_is_void(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    state = tmp_path / "state"
    with pytest.raises(StateInUseError), claim_state(state):
        pass
    holder.kill()
    holder.wait()
    with claim_state(state) as was_killed:
        assert was_killed
    with claim_state(state) as was_killed:
        assert not was_killed, "the run in between ended in order"
