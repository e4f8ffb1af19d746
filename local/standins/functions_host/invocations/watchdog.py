"""Ends the host when a function blocks its loop for longer than it may run.

In Azure the host is another process than the worker, and starts a new worker when a function is
over its time. Here both share one loop: what blocks it blocks the time limit too, so a thread
watches.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOKS_PER_S = 4


def _end_process(reason: str) -> None:
    # Not by the log: its lock may be held by what blocks.
    sys.stderr.write(f"{reason}\n")
    sys.stderr.flush()
    os._exit(1)


class Watchdog:
    """Knows which invocations run, and until when they may.

    limit_s: how long an invocation may run; None without a limit. grace_s: how long the loop has
    beyond that to cut it off by itself.
    """

    def __init__(
        self,
        limit_s: float | None,
        *,
        grace_s: float = 5.0,
        end: Callable[[str], None] = _end_process,
    ) -> None:
        self._limit_s = limit_s
        self._grace_s = grace_s
        self._end = end
        self._until: dict[str, tuple[float, str]] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watch(self, function: str, invocation_id: str) -> Iterator[None]:
        """Watch over one invocation of *function* on the loop."""
        if self._limit_s is None:
            yield
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)
            self._thread.start()
        deadline = time.monotonic() + self._limit_s + self._grace_s
        self._until[invocation_id] = (deadline, function)
        try:
            yield
        finally:
            del self._until[invocation_id]

    def close(self) -> None:
        self._closed.set()

    def _look(self) -> None:
        while not self._closed.wait(1 / _LOOKS_PER_S):
            now = time.monotonic()
            # A copy made at once: the loop goes on changing the original.
            for deadline, function in [*self._until.values()]:
                if deadline < now:
                    self._end(
                        f"function {function!r} has blocked the loop for longer than "
                        f"functionTimeout ({self._limit_s} s): the host ends, as Azure ends "
                        "the worker; never block in an async function"
                    )
                    return
