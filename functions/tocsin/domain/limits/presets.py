"""Limits that standards give.

The zones of ISO 20816-3:2022 (before it ISO 10816-3:2009), tables A.1 and A.2: root mean square of
the vibration velocity of a bearing housing, in mm/s, 10 Hz to 1 kHz, of machines above 15 kW. Zone
A is that of new machines, B is fit for long running, C for a short time only, and D does damage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Zones:
    """Where zone A ends and B begins, and so on, in ``unit``."""

    title: str
    a_b: float
    b_c: float
    c_d: float
    unit: str = "mm/s"


LARGE = "above 300 kW, or electrical machines with a shaft height of 315 mm or more"
MEDIUM = "15 to 300 kW, or electrical machines with a shaft height of 160 to 315 mm"

PRESETS: Mapping[str, Zones] = {
    "iso20816-3/group1/rigid": Zones(f"{LARGE}; rigid support", 2.3, 4.5, 7.1),
    "iso20816-3/group1/flexible": Zones(f"{LARGE}; flexible support", 3.5, 7.1, 11.0),
    "iso20816-3/group2/rigid": Zones(f"{MEDIUM}; rigid support", 1.4, 2.8, 4.5),
    "iso20816-3/group2/flexible": Zones(f"{MEDIUM}; flexible support", 2.3, 4.5, 7.1),
}
