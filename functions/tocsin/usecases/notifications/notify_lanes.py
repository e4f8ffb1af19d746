"""Which channels this process may use just now: one that fails or hangs must hold up no other.

It is a memory of the process alone: what is on its way is in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST_AT_ONCE = 2  # sites that one instance serves by the same channel at the same moment
REST_MS = 30_000


class Lanes:
    """Lanes that rest after a failure, and how many use each."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._rests_until: dict[str, int] = {}
        self._users: dict[str, int] = {}

    def list_unready(self) -> frozenset[str]:
        now_ms = self._now_ms()
        self._rests_until = {
            lane: until for lane, until in self._rests_until.items() if until > now_ms
        }
        busy = {lane for lane, users in self._users.items() if users >= MOST_AT_ONCE}
        return frozenset({*self._rests_until, *busy})

    @contextmanager
    def enter(self, lane: str) -> Iterator[bool]:
        """Whether the lane may be used; if so it is in use until the end."""
        if lane in self.list_unready():
            yield False
            return
        self._users[lane] = self._users.get(lane, 0) + 1
        try:
            yield True
        finally:
            self._users[lane] -= 1
            if not self._users[lane]:
                del self._users[lane]

    def rests(self, lane: str) -> bool:
        return self._rests_until.get(lane, 0) > self._now_ms()

    def rest(self, lane: str) -> None:
        """After a failure, nobody waits for it again at once."""
        self._rests_until[lane] = self._now_ms() + REST_MS
