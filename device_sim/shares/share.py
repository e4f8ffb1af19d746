"""How a fleet is split: which devices which process works."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from device_sim.errors import UsageError

Device = TypeVar("Device")

# The device SDK waits for its connection with select(), which knows descriptors below 1 024 only,
# and needs three a device (its socket, and a pair that wakes it). The 336th device of a process
# gets one beyond: paho takes the ValueError for a lost connection and connects again, for ever and
# without a word. Smaller shares also use more processors than the one that a Python process can.
DEVICES_A_PROCESS = 250


@dataclass(frozen=True, slots=True)
class Share:
    """The *number*-th of *of* shares, counted from 1."""

    number: int
    of: int

    def take(self, devices: Sequence[Device]) -> list[Device]:
        """Every so many-th of *devices*, so that each share has its part of every profile."""
        return list(devices[self.number - 1 :: self.of])

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def parse_share(text: str) -> Share:
    """A share written as 2/4, for ``type=`` of argparse."""
    found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text)
    if found is None or int(found[1]) > int(found[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is no share; write 2/4")
    return Share(int(found[1]), int(found[2]))


def split_fleet(devices: int, processes: int | None = None) -> list[Share]:
    """The shares of a fleet of so many devices, of equal size: as few as will do, or *processes*.

    Raises UsageError when those are too few, or more than there are devices.
    """
    fewest = -(-devices // DEVICES_A_PROCESS)
    of = fewest if processes is None else processes
    if not fewest <= of <= devices:
        raise UsageError(
            f"--processes {of}: {devices} devices need {fewest} to {devices} (at most "
            f"{DEVICES_A_PROCESS} devices in each)"
        )
    return [Share(number, of) for number in range(1, of + 1)]
