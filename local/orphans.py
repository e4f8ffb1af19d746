"""``python -m local.orphans``: ends the children of a run that was killed.

``kill -9`` gives a run no chance to stop its services; they would keep their ports and write on
into its folder. So a run starts this beside them and holds its standard input open: one line for
each child started (its process id), and ``done`` once the run has stopped them itself. When that
input ends without it, the children are asked to stop, and ended if they do not.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from local.processes import ROOT
from local.signals import choose_group

DONE = "done"
STOP_S = 5.0


class OrphanWatch:
    """The other end: names each child to the process that outlives this one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.orphans"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            **choose_group(),
        )

    def add(self, child: int) -> None:
        """Watch over the process *child*."""
        self._write(str(child))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Every child has been stopped: there is nothing to watch over any more."""
        self._write(DONE)
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            print(line, file=self._process.stdin, flush=True)
        except OSError:
            return  # somebody ended the watch; the run itself is not hurt by that


def watch(lines: Iterable[str]) -> None:
    """Read *lines* to their end, and end the children they name unless the run is done."""
    children = []
    for line in lines:
        if line.strip() == DONE:
            return
        children.append(int(line))
    end_groups(children)


def end_groups(leaders: Sequence[int], *, within_s: float = STOP_S) -> None:
    """Ask the process groups of *leaders* (process ids) to stop, and end those that do not."""
    if sys.platform == "win32":
        for leader in leaders:
            with suppress(OSError):  # it is gone already
                os.kill(leader, signal.SIGTERM)  # which ends it on the spot there
        return
    deadline = time.monotonic() + within_s
    left = [leader for leader in leaders if _signal_group(leader, signal.SIGTERM)]
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [leader for leader in left if _signal_group(leader, 0)]
    for leader in left:
        _signal_group(leader, signal.SIGKILL)


def _signal_group(leader: int, number: int) -> bool:
    """Send a signal (0: none) to the group of *leader*; False when nobody of it is left."""
    try:
        os.killpg(leader, number)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    watch(sys.stdin)
