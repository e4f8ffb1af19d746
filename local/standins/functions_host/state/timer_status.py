"""Where a timer's last and next firing are kept: a blob, laid out as the real host's."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient

CONTAINER = "azure-webjobs-hosts"
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """The last firing (or the year 1 before the first), the next, and when this was written."""

    last: datetime
    next: datetime
    last_updated: datetime

    @classmethod
    def before_first_firing(cls, upcoming: datetime, now: datetime) -> TimerStatus:
        return cls(last=_NEVER, next=upcoming, last_updated=now)

    @property
    def since(self) -> datetime:
        """The moment after which the next firing is looked for."""
        return self.last_updated if self.last == _NEVER else self.last

    def to_dict(self) -> dict[str, str]:
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.last_updated.isoformat(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, str]) -> TimerStatus:
        """Raises ValueError or KeyError when *values* are no status."""
        last, upcoming, updated = (_utc(values[name]) for name in ("Last", "Next", "LastUpdated"))
        return cls(last, upcoming, updated)


class TimerStatusStore:
    """The statuses of one host's timers in its storage account."""

    def __init__(self, blobs: BlobServiceClient, host_id: str) -> None:
        self._container = blobs.get_container_client(CONTAINER)
        self._host_id = host_id

    async def read(self, function: str) -> TimerStatus | None:
        """The stored status; None before the first, or when it cannot be understood."""
        try:
            blob = await self._container.download_blob(self._path(function))
        except ResourceNotFoundError:
            return None
        try:
            return TimerStatus.from_dict(json.loads(await blob.readall()))
        except (ValueError, KeyError, TypeError):
            return None

    async def write(self, function: str, status: TimerStatus) -> None:
        text = json.dumps(status.to_dict())
        try:
            await self._container.upload_blob(self._path(function), text, overwrite=True)
        except ResourceNotFoundError:
            with contextlib.suppress(ResourceExistsError):  # another host was first
                await self._container.create_container()
            await self._container.upload_blob(self._path(function), text, overwrite=True)

    def _path(self, function: str) -> str:
        return f"timers/{self._host_id}/Host.Functions.{function}/status"


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
