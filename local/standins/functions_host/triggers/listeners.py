"""From the app's bindings to the listeners that serve them; every setting is checked here."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from azure.cosmos.aio import CosmosClient
from azure.storage.blob.aio import BlobServiceClient

from local.standins.functions_host.app import connections
from local.standins.functions_host.app.connections import find_connection
from local.standins.functions_host.app.host_json import HostConfig
from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.app.settings import resolve
from local.standins.functions_host.errors import StartError
from local.standins.functions_host.invocations.invocation import Invoker
from local.standins.functions_host.state.checkpoints import BlobCheckpoints
from local.standins.functions_host.state.timer_status import TimerStatusStore
from local.standins.functions_host.triggers.cosmos import (
    CosmosListener,
    CosmosOptions,
    cosmos_options,
)
from local.standins.functions_host.triggers.event_hub import BALANCING_S, EventHubListener
from local.standins.functions_host.triggers.listener import Listener
from local.standins.functions_host.triggers.queue import QueueListener
from local.standins.functions_host.triggers.timer import TimerListener


class ListenerFactory:
    """Makes the listener of each function that is not called over HTTP."""

    def __init__(
        self,
        *,
        settings: Mapping[str, str],
        config: HostConfig,
        host_id: str,
        blobs: BlobServiceClient,
        invoker: Invoker,
        stopping: asyncio.Event,
    ) -> None:
        self._settings = settings
        self._config = config
        self._blobs = blobs
        self._statuses = TimerStatusStore(blobs, host_id)
        self._invoker = invoker
        self._stopping = stopping

    def make(self, function: AppFunction) -> Listener:
        """Raises StartError when a setting or connection of *function* is missing or wrong."""
        makers: dict[str, Callable[[AppFunction], Listener]] = {
            "timerTrigger": self._timer,
            "queueTrigger": self._queue,
            "eventHubTrigger": self._event_hub,
            "cosmosDBTrigger": self._cosmos,
        }
        return makers[function.trigger_type](function)

    def _timer(self, function: AppFunction) -> Listener:
        return TimerListener(
            function,
            settings=self._settings,
            statuses=self._statuses,
            invoker=self._invoker,
            stopping=self._stopping,
        )

    def _queue(self, function: AppFunction) -> Listener:
        connection = find_connection(
            function.trigger.get("connection"), self._settings, wanted_by=_where(function)
        )
        return QueueListener(
            function,
            queue=self._text(function, "queueName"),
            service=connections.queue_service(connection),
            options=self._config.queues,
            invoker=self._invoker,
            stopping=self._stopping,
        )

    def _event_hub(self, function: AppFunction) -> Listener:
        connection = find_connection(
            function.trigger.get("connection"), self._settings, wanted_by=_where(function)
        )
        return EventHubListener(
            function,
            make_client=partial(
                connections.event_hub_client,
                connection,
                hub=self._text(function, "eventHubName"),
                consumer_group=self._text(function, "consumerGroup", "$Default"),
                checkpoints=BlobCheckpoints(self._blobs),
                balancing_interval_s=BALANCING_S,
            ),
            options=self._config.event_hubs,
            invoker=self._invoker,
            stopping=self._stopping,
        )

    def _cosmos(self, function: AppFunction) -> Listener:
        monitored = function.trigger.get("connection")
        leases = function.trigger.get("leaseConnection") or monitored
        return CosmosListener(
            function,
            make_client=self._cosmos_client(function, monitored),
            make_lease_client=self._cosmos_client(function, leases),
            options=cosmos_options(function, self._settings),
            invoker=self._invoker,
            stopping=self._stopping,
        )

    def _cosmos_client(
        self, function: AppFunction, connection: str | None
    ) -> Callable[[], CosmosClient]:
        found = find_connection(connection, self._settings, wanted_by=_where(function))
        return partial(connections.cosmos_client, found)

    def _text(self, function: AppFunction, name: str, default: str | None = None) -> str:
        value = function.trigger.get(name) or default
        if value is None:
            raise StartError(f"{_where(function)}: its {function.trigger_type} has no {name}")
        return resolve(str(value), self._settings, wanted_by=_where(function))


def check_leases(functions: Sequence[AppFunction], settings: Mapping[str, str]) -> None:
    """Raise StartError when two functions would take each other's changes."""
    followed: Counter[tuple[str, ...]] = Counter()
    for function in functions:
        if function.trigger_type != "cosmosDBTrigger":
            continue
        key = _lease_key(function, cosmos_options(function, settings))
        followed[key] += 1
        if followed[key] > 1:
            raise StartError(
                f"{_where(function)} shares its leases with another function, and each would get "
                "a part of the changes: give it a lease_container_prefix of its own"
            )


def _lease_key(function: AppFunction, options: CosmosOptions) -> tuple[str, ...]:
    connection = str(function.trigger.get("leaseConnection") or function.trigger.get("connection"))
    return (
        connection,
        options.lease_database,
        options.lease_container,
        options.lease_prefix,
        options.database,
        options.container,
    )


def _where(function: AppFunction) -> str:
    return f"function {function.name!r}"
