"""Work that ends early when an event is set."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any


async def before(event: asyncio.Event, work: Awaitable[None]) -> bool:
    """Do *work* unless *event* is set first. Returns whether the work was done."""
    task = asyncio.ensure_future(work)
    try:
        await first_of(task, event)
        if task.done():
            await task
        return task.done()
    finally:
        task.cancel()


async def first_of(task: asyncio.Future[None], event: asyncio.Event) -> None:
    """Wait until *task* is done or *event* is set."""
    waiting: asyncio.Future[Any] = asyncio.create_task(event.wait())
    both: set[asyncio.Future[Any]] = {task, waiting}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
