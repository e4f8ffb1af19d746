"""Change a site's desk as it is: once more where somebody else was quicker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tocsin.domain.errors import ChangedMeanwhileError
from tocsin.domain.notifications.desk import Desk
from tocsin.usecases.ports.notifications import Desks

ATTEMPTS = 8  # each failed one means that another succeeded

Changed = TypeVar("Changed")


async def change_desk(
    site_id: str, desks: Desks, change: Callable[[Desk], Awaitable[Changed]]
) -> Changed:
    """What *change* gives; it saves the desk that it is handed.

    Raises what *change* raises, ChangedMeanwhileError where others were always quicker, and
    DeliveryError.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return await change(await desks.load_desk(site_id))
        except ChangedMeanwhileError:
            continue
    return await change(await desks.load_desk(site_id))
