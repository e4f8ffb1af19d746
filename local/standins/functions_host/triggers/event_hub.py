"""The Event Hubs trigger: batches of each partition in order, checkpointed after each run."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from azure.core.exceptions import AzureError
from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext

from local.standins.functions_host.app.host_json import EventHubsOptions
from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.invocations.invocation import Invoker, Outcome
from local.standins.functions_host.triggers.event_hub_events import (
    Event,
    PartitionAddress,
    batch_value,
    single_value,
)
from local.standins.functions_host.triggers.listener import Reachability

BALANCING_S = 1.0  # how soon a lost partition is opened again
_IDLE_S = 0.5  # how often an idle partition is looked after
_QUIET_S = 2.0  # longer than the SDK takes from one failed try to the next
_CLOSE_WITHIN_S = 0.5  # links are detached at once; the SDK then only sleeps
_EPOCH = 0  # as the real host: of two readers with one epoch the later wins

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Partition:
    """What is known of one partition while the host runs."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    held_back: list[EventData] = field(default_factory=list)
    held_since: float = 0.0
    done: int = -1  # sequence number of the last event that the function has had
    batches: int = 0
    unwritten: EventData | None = None  # the event of a checkpoint that is still to be written


class EventHubListener:
    """Reads every partition of one hub; one batch at a time of each, partitions side by side."""

    def __init__(
        self,
        function: AppFunction,
        *,
        make_client: Callable[[], EventHubConsumerClient],
        options: EventHubsOptions,
        invoker: Invoker,
        stopping: asyncio.Event,
    ) -> None:
        self._function = function
        self._make_client = make_client
        self._options = options
        self._invoker = invoker
        self._stopping = stopping
        self._partitions: dict[str, _Partition] = {}
        self._failed_at = -math.inf
        self._reachability = Reachability(f"event hub of function {function.name!r}")
        self._storage = Reachability(f"checkpoint storage of function {function.name!r}")

    @property
    def listening(self) -> asyncio.Event:
        return self._reachability.reached

    async def run(self) -> None:
        client = self._make_client()
        receiving = asyncio.create_task(
            client.receive_batch(
                self._on_batch,
                max_batch_size=self._options.max_batch,
                max_wait_time=min(_IDLE_S, self._options.max_wait.total_seconds()),
                prefetch=self._options.prefetch,
                starting_position=self._options.start,
                owner_level=_EPOCH,
                on_error=self._on_error,
            )
        )
        await self._stopping.wait()
        for partition in list(self._partitions.values()):
            async with partition.lock:  # the batch that runs ends and is checkpointed first
                pass
        receiving.cancel()
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):
            await asyncio.wait_for(client.close(), _CLOSE_WITHIN_S)

    async def _on_batch(self, context: PartitionContext, events: list[EventData]) -> None:
        # The SDK calls while it tries to connect, too: only without errors is silence good news.
        if events or time.monotonic() - self._failed_at > _QUIET_S:
            self._reachability.report_found()
        partition = self._partitions.setdefault(context.partition_id, _Partition())
        # Not cancelled with the reader: a batch that has begun is ended and checkpointed.
        await asyncio.shield(self._take(partition, context, events))

    async def _take(
        self, partition: _Partition, context: PartitionContext, events: list[EventData]
    ) -> None:
        async with partition.lock:
            # After a reconnect the hub sends again what came after the last checkpoint.
            fresh = [event for event in events if (event.sequence_number or 0) > _latest(partition)]
            if fresh and not partition.held_back:
                partition.held_since = time.monotonic()
            partition.held_back += fresh
            while not self._stopping.is_set() and self._is_due(partition):
                batch = partition.held_back[: self._options.max_batch]
                if await self._run_batch(batch, context) is Outcome.ABANDONED:
                    return
                del partition.held_back[: len(batch)]
                partition.held_since = time.monotonic()
                await self._note_done(partition, context, batch[-1])
            if partition.unwritten and not fresh:
                await self._write_checkpoint(partition, context)

    def _is_due(self, partition: _Partition) -> bool:
        waiting = len(partition.held_back)
        if waiting >= self._options.min_batch:
            return True
        waited_s = time.monotonic() - partition.held_since
        return waiting > 0 and waited_s >= self._options.max_wait.total_seconds()

    async def _run_batch(self, batch: Sequence[EventData], context: PartitionContext) -> Outcome:
        address = PartitionAddress(
            context.fully_qualified_namespace,
            context.eventhub_name,
            context.consumer_group,
            context.partition_id,
        )
        events = [Event.from_received(event) for event in batch]
        data_type = self._function.trigger.get("dataType")
        if is_many(self._function):
            value = batch_value(events, address, data_type)
            return await self._invoker.invoke_with_retries(self._function, value)
        outcomes = await asyncio.gather(
            *(
                self._invoker.invoke_with_retries(
                    self._function, single_value(event, address, data_type)
                )
                for event in events
            )
        )
        return Outcome.ABANDONED if Outcome.ABANDONED in outcomes else Outcome.SUCCEEDED

    async def _note_done(
        self, partition: _Partition, context: PartitionContext, last: EventData
    ) -> None:
        partition.done = last.sequence_number or 0
        partition.batches += 1
        if partition.unwritten or partition.batches % self._options.checkpoint_every == 0:
            partition.unwritten = last
            await self._write_checkpoint(partition, context)

    async def _write_checkpoint(self, partition: _Partition, context: PartitionContext) -> None:
        try:
            await context.update_checkpoint(partition.unwritten)
        except AzureError as error:  # written with the next batch, or when the partition is idle
            self._storage.report_lost(error)
        else:
            partition.unwritten = None
            self._storage.report_found()

    async def _on_error(self, context: PartitionContext | None, error: Exception) -> None:  # noqa: ARG002 - the SDK's signature
        self._failed_at = time.monotonic()
        if not self._stopping.is_set():
            self._reachability.report_lost(error)


def is_many(function: AppFunction) -> bool:
    """Whether the function takes a list of events; the default is one event at a time."""
    return str(function.trigger.get("cardinality", "ONE")).upper() == "MANY"


def _latest(partition: _Partition) -> int:
    """The sequence number of the newest event that was taken, run or held back."""
    return (partition.held_back[-1].sequence_number or 0) if partition.held_back else partition.done
