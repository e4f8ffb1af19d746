"""The queue trigger: visibility, dequeue count and the poison queue of Azure Storage queues."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.standins.functions_host.app.host_json import QueueOptions
from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.invocations.invocation import Invoker, Outcome
from local.standins.functions_host.triggers.listener import Reachability, wait_for_stop
from local.standins.functions_host.triggers.queue_message import (
    UndecodableMessageError,
    message_value,
)

_HIDDEN_FOR = timedelta(minutes=10)  # while a function runs; renewed at half time
_SHORTEST_POLL_S = 0.1

_log = logging.getLogger(__name__)


class QueueListener:
    """Reads one queue and runs its function on each message, several at a time."""

    def __init__(
        self,
        function: AppFunction,
        *,
        queue: str,
        service: QueueServiceClient,
        options: QueueOptions,
        invoker: Invoker,
        stopping: asyncio.Event,
    ) -> None:
        self._function = function
        self._queue = service.get_queue_client(queue)
        self._poison = service.get_queue_client(f"{queue}-poison")
        self._options = options
        self._invoker = invoker
        self._stopping = stopping
        self._running: set[asyncio.Task[None]] = set()
        self._reachability = Reachability(f"queue {queue!r}")

    @property
    def listening(self) -> asyncio.Event:
        return self._reachability.reached

    async def run(self) -> None:
        pause_s = _SHORTEST_POLL_S
        while not self._stopping.is_set():
            try:
                messages = await self._fetch()
            except AzureError as error:
                await wait_for_stop(self._stopping, self._reachability.report_lost(error))
                continue
            self._reachability.report_found()
            for message in messages:
                task = asyncio.create_task(self._handle(message))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            if messages:
                pause_s = _SHORTEST_POLL_S
                await self._wait_for_room()
            else:
                await wait_for_stop(self._stopping, pause_s)
                pause_s = min(pause_s * 2, self._options.max_polling.total_seconds())
        if self._running:
            await asyncio.wait(self._running)

    async def _fetch(self) -> list[QueueMessage]:
        size = self._options.batch_size
        pages = self._queue.receive_messages(
            messages_per_page=size,
            max_messages=size,
            visibility_timeout=int(_HIDDEN_FOR.total_seconds()),
        )
        try:
            return [message async for message in pages]
        except ResourceNotFoundError:
            return []  # as the real host: the queue may be created later

    async def _wait_for_room(self) -> None:
        while len(self._running) > self._options.new_batch_threshold:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def _handle(self, message: QueueMessage) -> None:
        try:
            outcome = await self._invoke(message)
            if outcome is Outcome.SUCCEEDED:
                await self._queue.delete_message(message)
            elif (message.dequeue_count or 0) >= self._options.max_dequeue_count:
                await self._to_poison(message)
            else:
                await self._queue.update_message(
                    message, visibility_timeout=int(self._options.retry_after.total_seconds())
                )
        except AzureError as error:  # the message becomes visible again by itself
            self._reachability.report_lost(error)

    async def _invoke(self, message: QueueMessage) -> Outcome:
        try:
            value = message_value(message, self._options.encoding)
        except UndecodableMessageError as error:
            _log.error("queue %r, message %s: %s", self._queue.queue_name, message.id, error)
            return Outcome.FAILED
        renewal = asyncio.create_task(self._keep_hidden(message))
        try:
            await self._invoker.invoke(self._function, value)
        except Exception:  # noqa: BLE001 - an app may raise anything; the invoker has logged it
            return Outcome.FAILED
        finally:
            renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewal
        return Outcome.SUCCEEDED

    async def _keep_hidden(self, message: QueueMessage) -> None:
        while True:
            await asyncio.sleep(_HIDDEN_FOR.total_seconds() / 2)
            try:
                fresh = await self._queue.update_message(
                    message, visibility_timeout=int(_HIDDEN_FOR.total_seconds())
                )
            except AzureError as error:
                self._reachability.report_lost(error)
            else:
                message.pop_receipt = fresh.pop_receipt

    async def _to_poison(self, message: QueueMessage) -> None:
        await _send(self._poison, message.content)
        await self._queue.delete_message(message)
        _log.warning(
            "function %r failed %s times on message %s: moved to queue %r",
            self._function.name,
            message.dequeue_count,
            message.id,
            self._poison.queue_name,
        )


async def _send(queue: QueueClient, content: str) -> None:
    try:
        await queue.send_message(content)
    except ResourceNotFoundError:
        with contextlib.suppress(ResourceExistsError):
            await queue.create_queue()
        await queue.send_message(content)
