"""What showing each alert at least once, and telling what stands still, needs from the outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tocsin.domain.alerts.alert_marks import AlertKey, Mark
from tocsin.domain.insights.progress import Progress
from tocsin.usecases.ports.documents import Document


class AlertMarks(Protocol):
    """The marks on stored alerts that say what is still owed to people."""

    async def find_owed(self, *, stored_before_ms: int, most: int) -> list[Document]:
        """Alerts that are not shown, in no incident, or for which no plan was asked, as they are
        stored with ``_ts`` (s); the oldest *most* of those written before *stored_before_ms*."""
        ...

    async def mark(self, key: AlertKey, marks: Mapping[Mark, int]) -> None:
        """Set *marks* (ms); an alert that is gone needs none. Raises DeliveryError, or
        RefusedError where no such document can be."""
        ...

    async def set_aside(self, key: AlertKey, at_ms: int) -> None:
        """Find this alert no more, though it takes no mark. Raises DeliveryError."""
        ...


class ProgressLog(Protocol):
    """How far the scoring of each partition has come, said by whoever scores it."""

    async def save_progress(self, progress: Progress) -> None:
        """Raises DeliveryError."""
        ...

    async def list_progress(self) -> list[Progress]:
        """All partitions; a damaged document is logged and left out. Raises DeliveryError."""
        ...
