"""Ctrl-C is for the parent; how it passes that on, on each system."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from local.signals import (
    CREATE_NEW_PROCESS_GROUP,
    CTRL_BREAK_EVENT,
    SIGBREAK,
    ask_to_stop,
    catch_stop_signals,
    choose_group,
    list_stop_signals,
)


class FakeProcess:
    """Notes what it is sent; without a console, Ctrl-Break cannot be."""

    def __init__(self, *, console: bool = True) -> None:
        self.received: list[object] = []
        self._console = console

    def send_signal(self, sig: int) -> None:
        if not self._console:
            raise OSError(6, "the handle is invalid")
        self.received.append(sig)

    def terminate(self) -> None:
        self.received.append("terminate")


def test_windows_children_get_ctrl_break_in_a_group_of_their_own() -> None:
    process = FakeProcess()
    ask_to_stop(process, "win32")
    assert process.received == [CTRL_BREAK_EVENT]
    assert choose_group("win32") == {"creationflags": CREATE_NEW_PROCESS_GROUP}
    assert SIGBREAK in list_stop_signals("win32")


def test_a_windows_child_without_console_is_ended() -> None:
    process = FakeProcess(console=False)
    ask_to_stop(process, "win32")
    assert process.received == ["terminate"]


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_elsewhere_children_get_sigterm_in_a_session_of_their_own(platform: str) -> None:
    process = FakeProcess()
    ask_to_stop(process, platform)
    assert process.received == ["terminate"]
    assert choose_group(platform) == {"start_new_session": True}
    assert list_stop_signals(platform) == (signal.SIGINT, signal.SIGTERM)


@pytest.mark.skipif(sys.platform != "win32", reason="these names exist on Windows only")
def test_our_numbers_are_those_of_windows() -> None:
    assert getattr(signal, "SIGBREAK", None) == SIGBREAK
    assert getattr(signal, "CTRL_BREAK_EVENT", None) == CTRL_BREAK_EVENT
    assert getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", None) == CREATE_NEW_PROCESS_GROUP


def test_the_first_signal_stops_without_ending_the_process() -> None:
    before = {number: signal.getsignal(number) for number in list_stop_signals()}
    try:
        stopped = catch_stop_signals()
        assert not stopped.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stopped.is_set()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
