"""Where a change feed trigger has got to: lease documents, one a feed range."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError


@dataclass(frozen=True, slots=True)
class Lease:
    """One feed range and the continuation after which it is read (None: from its start)."""

    id: str
    feed_range: dict[str, Any]
    continuation: str | None


class LeaseStore:
    """The leases of one monitored container in the lease container.

    The document ``{base}.info`` lists the ranges; ``{base}..{range}`` holds a continuation.
    """

    def __init__(self, container: ContainerProxy, base: str) -> None:
        self._container = container
        self._base = base

    async def load(self, monitored: ContainerProxy) -> list[Lease]:
        """The leases of *monitored*, made at the first call."""
        info = await self._read(f"{self._base}.info")
        if info is None:
            ranges = [feed_range async for feed_range in monitored.read_feed_ranges()]
            await self._container.upsert_item({"id": f"{self._base}.info", "feedRanges": ranges})
        else:
            ranges = list(info["feedRanges"])
        return [await self._lease(feed_range) for feed_range in ranges]

    async def save(self, lease: Lease) -> None:
        await self._container.upsert_item(
            {
                "id": lease.id,
                "feedRange": lease.feed_range,
                "continuation": lease.continuation,
                "updatedAt": datetime.now(UTC).isoformat(),
            }
        )

    async def _lease(self, feed_range: dict[str, Any]) -> Lease:
        lease_id = f"{self._base}..{range_name(feed_range)}"
        stored = await self._read(lease_id)
        continuation = stored["continuation"] if stored else None
        return Lease(lease_id, feed_range, continuation)

    async def _read(self, document_id: str) -> Mapping[str, Any] | None:
        try:
            return await self._container.read_item(document_id, partition_key=document_id)
        except CosmosResourceNotFoundError:
            return None


async def lease_container(
    client: CosmosClient, *, database: str, container: str, create: bool
) -> ContainerProxy:
    """The lease container; raises CosmosResourceNotFoundError when missing and not to be made."""
    proxy = client.get_database_client(database)
    if create:
        return await proxy.create_container_if_not_exists(container, PartitionKey("/id"))
    found = proxy.get_container_client(container)
    await found.read()
    return found


def range_name(feed_range: Mapping[str, Any]) -> str:
    """A short name of a feed range that is the same in each run."""
    text = json.dumps(feed_range, sort_keys=True).encode()
    return base64.b32encode(hashlib.sha256(text).digest()[:10]).decode().lower()
