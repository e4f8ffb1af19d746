"""Whether the operating system lets a fleet have what it needs: descriptors and threads."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from device_sim.errors import UsageError

DESCRIPTORS_A_DEVICE = 3  # its socket, and the pair of sockets that wakes its thread
THREADS_A_DEVICE = 2  # the one that reads its connection, and one for its twin
SPARE = 100  # what a process needs beside its devices

What = Literal["descriptors", "threads"]
ULIMIT = {"descriptors": "ulimit -n", "threads": "ulimit -u"}


@dataclass(frozen=True, slots=True)
class Limit:
    """What a process may have: now (``soft``), and at most (``hard``). None: without a limit."""

    soft: int | None
    hard: int | None


def choose_limit(what: What, needed: int, limit: Limit) -> int | None:
    """The soft limit to set so that *needed* fit; None when it can stay.

    Raises UsageError, naming the command that mends it, when the hard limit is in the way.
    """
    if limit.soft is None or limit.soft >= needed:
        return None
    if limit.hard is not None and limit.hard < needed:
        raise UsageError(
            f"so many devices need {needed} {what}, and {limit.hard} are allowed here: run fewer "
            f"(--devices), or raise the limit first ({ULIMIT[what]} {needed}; as an administrator, "
            "since the hard limit is lower)"
        )
    return needed


def make_room(devices: int, shares: int) -> None:
    """Raise this process's limits, and so its children's, to what a fleet in so many processes
    needs. Raises UsageError when that is not allowed. On Windows there are no such limits.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  # Windows has none

    a_process = -(-devices // shares)
    # Threads are counted over all processes of a user, descriptors in each process.
    needs: dict[What, tuple[int, int]] = {
        "descriptors": (resource.RLIMIT_NOFILE, DESCRIPTORS_A_DEVICE * a_process + SPARE),
        "threads": (
            resource.RLIMIT_NPROC,
            THREADS_A_DEVICE * devices + SPARE * shares + count_threads(),
        ),
    }
    for what, (number, needed) in needs.items():
        soft, hard = (
            None if value == resource.RLIM_INFINITY else value
            for value in resource.getrlimit(number)
        )
        chosen = choose_limit(what, needed, Limit(soft, hard))
        if chosen is not None:
            resource.setrlimit(number, (chosen, resource.RLIM_INFINITY if hard is None else hard))


def count_threads(running: Path = Path("/proc/loadavg")) -> int:
    """How many threads run on this machine already; 0 where it does not say."""
    try:
        return int(running.read_text(encoding="ascii").split()[3].split("/")[1])
    except (OSError, ValueError, IndexError):
        return 0
