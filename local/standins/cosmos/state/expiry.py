"""Documents whose time to live is over: reads pass over them at once, this deletes them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from local.standins.cosmos.errors import UnavailableError
from local.standins.cosmos.state.store import Store
from local.standins.cosmos.state.table import Table

PAUSE_S: Final = 1.0
MOST_AT_ONCE: Final = 500  # a container's, so that a purge never holds requests up for long

_log = logging.getLogger("cosmos")


def purge(store: Store) -> int:
    """Delete some expired documents of every container; returns how many."""
    tables = [Table(store, container) for container in store.containers()]
    return sum(table.purge(MOST_AT_ONCE) for table in tables if table.has_expired())


async def purge_forever(store: Store, wait_for_commit: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(PAUSE_S)
        try:
            if purge(store):
                await wait_for_commit()
        except UnavailableError as error:
            _log.warning("expired documents stay for now: %s", error.message)
