"""Which simulated devices to record: the same seed always gives the same recording."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

USUAL_SEED = 1
USUAL_SENSORS = "fine"
NO_REST = "none"
SENSORS = (USUAL_SENSORS, "coarse", "on-change", "mixed")  # as the simulator has them


@dataclass(frozen=True, slots=True)
class Fleet:
    """Devices to simulate.

    ``faults``: ``none``, ``all``, or kinds of ``python -m device_sim generate --help``, separated
    by commas. ``sensors``: what the devices are fitted with, one of SENSORS. ``rest``: when they
    are switched off: ``none``, ``nights``, or minutes on and off such as ``45/15``.
    """

    seed: int
    devices: int
    hours: float
    faults: str
    sensors: str = USUAL_SENSORS
    rest: str = NO_REST


def parse_fleet(text: str) -> Fleet:
    """``DEVICES,HOURS[,SEED[,FAULTS]]``, for ``type=`` of argparse."""
    parts = [part.strip() for part in text.split(",")]
    try:
        devices, hours = int(parts[0]), float(parts[1])
        seed = int(parts[2]) if len(parts) > 2 else USUAL_SEED
    except (ValueError, IndexError) as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not DEVICES,HOURS[,SEED[,FAULTS]], such as 12,6 or 12,6,1,all"
        ) from error
    if devices < 1 or not 0 < hours < float("inf") or seed < 0:
        raise argparse.ArgumentTypeError(
            f"{text!r}: at least one device, more than 0 hours, and a seed from 0"
        )
    return Fleet(seed=seed, devices=devices, hours=hours, faults=",".join(parts[3:]) or "none")
