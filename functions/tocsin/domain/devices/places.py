"""Where a device stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """``floor``: empty where it is not said."""

    building: str
    floor: str = ""
