"""Child processes: ready, silent, fallen, killed and started again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.disk import PROBE
from local.processes import Child, ProcessFailedError

SERVES = """
import json, os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
print("warming up")
print(json.dumps({"ready": True, "pid": os.getpid()}), flush=True)
signal.sigwait({signal.SIGTERM})
"""


def make_child(tmp_path: Path, code: str) -> Child:
    return Child("sample", [sys.executable, "-c", code], log_path=tmp_path / "sample.log")


def test_the_ready_line_is_waited_for_and_the_rest_is_logged(tmp_path: Path) -> None:
    child = make_child(tmp_path, SERVES)
    ready = child.start()
    assert ready["pid"] > 0
    assert child.running
    assert child.stop() == 0
    assert child.quote_log() == "warming up\n"


def test_a_killed_child_starts_again_with_the_same_command(tmp_path: Path) -> None:
    child = make_child(tmp_path, SERVES)
    first = child.start()["pid"]
    child.kill()
    assert not child.running
    assert child.start()["pid"] != first
    child.stop()


def test_a_child_that_ends_before_it_is_ready_is_named_with_its_last_words(tmp_path: Path) -> None:
    child = make_child(tmp_path, "import sys; sys.exit('no such port')")
    with pytest.raises(ProcessFailedError, match=r"sample ended with code 1[\s\S]*no such port"):
        child.start()


def test_a_silent_child_is_stopped_after_its_time(tmp_path: Path) -> None:
    child = make_child(tmp_path, "import signal; signal.sigwait({signal.SIGTERM})")
    with pytest.raises(ProcessFailedError, match="not ready within 0 s"):
        child.start(within_s=0.3)
    assert not child.running


def test_a_program_that_is_not_ours_is_ready_after_its_own_words(tmp_path: Path) -> None:
    child = Child(
        "foreign",
        [sys.executable, "-uc", "print('Listening'); import signal; signal.pause()"],
        log_path=tmp_path / "foreign.log",
        ready_after=lambda line: line.startswith("Listening"),
    )
    assert child.start() == {}
    child.stop()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_is_named_instead_of_an_empty_log(tmp_path: Path) -> None:
    (tmp_path / PROBE).symlink_to("/dev/full")
    child = make_child(tmp_path, "import sys; sys.exit(1)")
    with pytest.raises(ProcessFailedError) as told:
        child.start()
    assert str(told.value) == (
        f"sample ended with code 1 before it was ready: the disk of {tmp_path} is full; "
        "make room and start again"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_does_not_stop_a_child_that_talks(tmp_path: Path) -> None:
    (tmp_path / "sample.log").symlink_to("/dev/full")
    # More than a pipe holds: with nobody reading, it would never come to its ready line.
    child = make_child(tmp_path, "print(('x' * 99 + chr(10)) * 2_000)\n" + SERVES)
    assert child.start()["pid"] > 0
    assert child.stop() == 0


def test_how_a_child_ended_is_told_with_its_last_words(tmp_path: Path) -> None:
    child = make_child(
        tmp_path,
        SERVES.replace("signal.sigwait", "sys.exit('tired')  # ").replace(
            "import json", "import sys, json"
        ),
    )
    child.start()
    assert child.wait(within_s=15) == 1
    told = child.explain_end()
    assert told.startswith(f"sample ended with code 1; its log is {child.log_path}:\n")
    assert "tired\n" in told
