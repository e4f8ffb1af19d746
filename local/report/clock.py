"""The wall clock that both watches note times by."""

from __future__ import annotations

import time


def tell_time_ms() -> float:
    return time.time() * 1_000
