"""The storage queue by which any instance is asked to serve a site, and what failed in queues."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence

from azure.storage.queue.aio import QueueClient

from tocsin.adapters.failures import tell_apart
from tocsin.domain.notifications.rings import QUEUE, write_ring

KEPT_S = 5 * 60  # the clock rings again in seconds


class QueueBell:
    """The port Bell over one queue."""

    def __init__(self, client: QueueClient) -> None:
        self._client = client

    async def ring(self, site_id: str) -> None:
        with tell_apart(f"the queue {QUEUE} did not take a ring"):
            await self._client.send_message(json.dumps(write_ring(site_id)), time_to_live=KEPT_S)


class PoisonQueues:
    """The port PoisonWatch over the queues to which the host moves what failed five times."""

    def __init__(self, clients: Sequence[QueueClient]) -> None:
        self._clients = clients

    async def count_poison(self) -> Mapping[str, int]:
        counts = await asyncio.gather(*map(_count, self._clients))
        return dict(zip((client.queue_name for client in self._clients), counts, strict=True))


async def _count(client: QueueClient) -> int:
    with tell_apart(f"the queue {client.queue_name} cannot be looked at"):
        return int((await client.get_queue_properties()).approximate_message_count or 0)
