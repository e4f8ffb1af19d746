"""Looking something up that changes elsewhere: first when it is needed, then now and again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from tocsin.domain.errors import DeliveryError

log = logging.getLogger(__name__)

T = TypeVar("T")


class Refresh(Generic[T]):
    """Runs *look_up* when it is first asked for, and from then on beside those who ask.

    look_up: what it raises fails the first call of ``current``, and no later one, which goes on
        with what was found before.
    subject: what is looked up, for the log.
    every_s: from the end of a look-up, whether or not it failed, to the beginning of the next.
    """

    def __init__(
        self,
        look_up: Callable[[], Coroutine[Any, Any, T]],
        *,
        subject: str,
        every_s: float,
        clock_s: Callable[[], float],
    ) -> None:
        self._look_up = look_up
        self._subject = subject
        self._every_s = every_s
        self._clock_s = clock_s
        self._found: T
        self._ended_s: float | None = None
        self._first = asyncio.Lock()
        self._task: asyncio.Task[T] | None = None

    async def current(self) -> T:
        """What is known; the first look-up is waited for, a later one that is due is not."""
        if self._ended_s is None:
            async with self._first:
                if self._ended_s is None:
                    self._found = await self._look_up()
                    self._ended_s = self._clock_s()
        elif self._task is None and self._clock_s() - self._ended_s >= self._every_s:
            self._task = asyncio.create_task(self._look_up(), name=f"look up {self._subject}")
            self._task.add_done_callback(self._end)
        return self._found

    def _end(self, task: asyncio.Task[T]) -> None:
        self._task = None
        self._ended_s = self._clock_s()
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._found = task.result()
        elif isinstance(error, DeliveryError):
            log.warning("%s not looked up, going on as before: %s", self._subject, error)
        else:
            log.error("%s not looked up, going on as before", self._subject, exc_info=error)
