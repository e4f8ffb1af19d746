"""What a device's standing was come to by: it says how long what was learned counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Basis:
    """``profile`` and model ``version`` that a standing was come to by, None where none is known.
    ``baseline``: when operators last called the device's state normal (ms), 0 for never."""

    profile: str | None = None
    version: str | None = None
    baseline: int = 0


UNKNOWN = Basis()
