"""How often one caller may call: a bucket of calls that fills again with time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tocsin.domain.errors import TooManyCallsError
from tocsin.usecases.scoring.device_memory import BoundedMemory

# A page takes six calls to open; a script that asks for every device of a large fleet takes its
# time. Each instance of the app counts for itself.
CALLS_PER_S = 20.0
BURST = 200.0
MOST_CALLERS = 10_000


@dataclass(frozen=True, slots=True)
class _Bucket:
    calls: float
    at_ms: int


class CallLimits:
    """What is left to each caller. per_s: calls a second that last; burst: calls at once."""

    def __init__(self, *, per_s: float = CALLS_PER_S, burst: float = BURST) -> None:
        self._per_s = per_s
        self._burst = burst
        self._buckets: BoundedMemory[_Bucket] = BoundedMemory(MOST_CALLERS)

    def take(self, caller: str, now_ms: int) -> None:
        """Count a call. Raises TooManyCallsError, which says when to call again."""
        known = self._buckets.get(caller) or _Bucket(self._burst, now_ms)
        # A clock that was set back gives nothing, and takes nothing.
        passed_s = max(now_ms - known.at_ms, 0) / 1_000
        calls = min(known.calls + passed_s * self._per_s, self._burst)
        if calls < 1:
            wait_s = math.ceil((1 - calls) / self._per_s)
            raise TooManyCallsError(
                f"more than {self._per_s:g} calls a second; call again in {wait_s} s", wait_s
            )
        self._buckets.update({caller: _Bucket(calls - 1, now_ms)})

    def give_back(self, caller: str) -> None:
        """Take back a call that turned out not to count."""
        known = self._buckets.get(caller)
        if known is not None:
            calls = min(known.calls + 1, self._burst)
            self._buckets.update({caller: _Bucket(calls, known.at_ms)})
