"""What rolling readings up, and showing them, needs from the outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from tocsin.domain.charts.rollup import Resolution, Rollup
from tocsin.domain.charts.stored_message import StoredMessage


class Rollups(Protocol):
    """The rollups of each device, and the messages that they are made from.

    A damaged document is logged and left out everywhere: what is rolled up anew takes its place.
    """

    def stream_messages(
        self, device_id: str, *, from_t: int, to_t: int
    ) -> AsyncIterator[StoredMessage]:
        """The device's messages that overlap a time range (ms, both ends included), with their
        channels, scores, thresholds and decisions, in the order of their first readings."""
        ...

    async def find_oldest(self, device_id: str) -> int | None:
        """The event time (ms) at which the oldest message begins; None where there is none."""
        ...

    async def find_newest_rollup(self, device_id: str) -> int | None:
        """When the newest stretch of minutes begins (ms); None where there is none."""
        ...

    async def list_rollups(
        self, device_id: str, resolution: Resolution, *, from_t: int, to_t: int
    ) -> list[Rollup]:
        """Those that begin from *from_t* to *to_t* (ms, both included), oldest first."""
        ...

    async def find_rollup(
        self, device_id: str, resolution: Resolution, start: int
    ) -> Rollup | None: ...

    async def save_rollup(self, rollup: Rollup) -> None:
        """Save it in place of the one whose etag it carries; as a new one if it has none.

        Raises ChangedMeanwhileError when what is stored is no longer that one.
        """
        ...
