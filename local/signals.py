"""How a run is told to stop, and how it tells its children: the same on every system.

Ctrl-C goes to every process of a terminal at once, but only the parent may act on it: it stops its
children in order. So each child gets a process group of its own. A child is then asked to stop by
SIGTERM; Windows has no such signal (its ``terminate`` ends a process on the spot, and what the
fleet had not yet delivered with it) but lets a parent send Ctrl-Break to a group.
"""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any, Protocol

# The modules have these names on Windows only.
SIGBREAK = 21
CTRL_BREAK_EVENT = 1
CREATE_NEW_PROCESS_GROUP = 0x200


class Stoppable(Protocol):
    """What is needed of a ``subprocess.Popen``."""

    def send_signal(self, sig: int) -> None: ...

    def terminate(self) -> None: ...


def list_stop_signals(platform: str = sys.platform) -> tuple[int, ...]:
    """The signals that mean "stop" to a process of ours."""
    both = (signal.SIGINT, signal.SIGTERM)
    return (*both, SIGBREAK) if platform == "win32" else both


def choose_group(platform: str = sys.platform) -> dict[str, Any]:
    """What ``subprocess.Popen`` needs to start a child out of Ctrl-C's reach."""
    if platform == "win32":
        return {"creationflags": CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def ask_to_stop(process: Stoppable, platform: str = sys.platform) -> None:
    """Ask a child that was started in a group of its own to end in order."""
    if platform == "win32":
        try:
            process.send_signal(CTRL_BREAK_EVENT)
        except OSError:  # no console to send it through, as in a service
            process.terminate()
    else:
        process.terminate()


def catch_stop_signals() -> threading.Event:
    """An event that the first signal to stop sets, instead of ending this process."""
    stopped = threading.Event()
    for number in list_stop_signals():
        signal.signal(number, lambda *_: stopped.set())
    return stopped
