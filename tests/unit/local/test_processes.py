"""Child processes: ready, silent, fallen, killed and started again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.processes import Child, ProcessFailedError

SERVES = """
import json, os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
print("warming up")
print(json.dumps({"ready": True, "pid": os.getpid()}), flush=True)
signal.sigwait({signal.SIGTERM})
"""


def _child(tmp_path: Path, code: str) -> Child:
    return Child("sample", [sys.executable, "-c", code], log_path=tmp_path / "sample.log")


def test_the_ready_line_is_waited_for_and_the_rest_is_logged(tmp_path: Path) -> None:
    child = _child(tmp_path, SERVES)
    ready = child.start()
    assert ready["pid"] > 0
    assert child.running
    assert child.stop() == 0
    assert child.log_end() == "warming up\n"


def test_a_killed_child_starts_again_with_the_same_command(tmp_path: Path) -> None:
    child = _child(tmp_path, SERVES)
    first = child.start()["pid"]
    child.kill()
    assert not child.running
    assert child.start()["pid"] != first
    child.stop()


def test_a_child_that_ends_before_it_is_ready_is_named_with_its_last_words(tmp_path: Path) -> None:
    child = _child(tmp_path, "import sys; sys.exit('no such port')")
    with pytest.raises(ProcessFailedError, match=r"sample ended with code 1[\s\S]*no such port"):
        child.start()


def test_a_silent_child_is_stopped_after_its_time(tmp_path: Path) -> None:
    child = _child(tmp_path, "import signal; signal.sigwait({signal.SIGTERM})")
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
