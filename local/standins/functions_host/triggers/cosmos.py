"""The Cosmos DB trigger: each feed range's changes in order, the lease moved after each run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientError
from azure.core.exceptions import AzureError
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.functions.meta import Datum

from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.app.settings import resolve
from local.standins.functions_host.errors import StartError
from local.standins.functions_host.invocations.invocation import Invoker, Outcome, TriggerValue
from local.standins.functions_host.state.leases import Lease, LeaseStore, lease_container
from local.standins.functions_host.triggers.listener import Reachability, wait_for_stop

_AWAY = (AzureError, ClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class CosmosOptions:
    """A change feed trigger's binding, with its defaults."""

    database: str
    container: str
    lease_database: str
    lease_container: str
    lease_prefix: str
    create_leases: bool
    poll_delay_s: float
    max_documents: int | None
    start: str | datetime


def cosmos_options(function: AppFunction, settings: Mapping[str, str]) -> CosmosOptions:
    """The options of *function*'s binding; raises StartError naming what is missing or wrong."""
    binding = function.trigger
    where = f"function {function.name!r}"

    def text(name: str, default: str = "") -> str:
        return resolve(str(binding.get(name) or default), settings, wanted_by=where)

    database, container = text("databaseName"), text("containerName")
    if not database or not container:
        raise StartError(f"{where}: use @app.cosmos_db_trigger with database and container names")
    delay_ms = binding.get("feedPollDelay", 5000)
    most = binding.get("maxItemsPerInvocation")
    for name, value in (("feed_poll_delay", delay_ms), ("max_items_per_invocation", most or 1)):
        if not isinstance(value, int) or value < 1:
            raise StartError(f"{where}: {name} must be a whole number above 0")
    return CosmosOptions(
        database=database,
        container=container,
        lease_database=text("leaseDatabaseName", database),
        lease_container=text("leaseContainerName", "leases"),
        lease_prefix=text("leaseContainerPrefix"),
        create_leases=bool(binding.get("createLeaseContainerIfNotExists", False)),
        poll_delay_s=delay_ms / 1000,
        max_documents=most,
        start=_start(binding, where),
    )


def documents_value(documents: list[dict[str, Any]]) -> TriggerValue:
    """The function's DocumentList."""
    return TriggerValue(Datum(json.dumps(documents), "json"), {})


class CosmosListener:
    """Follows the change feed of one container."""

    def __init__(
        self,
        function: AppFunction,
        *,
        make_client: Callable[[], CosmosClient],
        make_lease_client: Callable[[], CosmosClient],
        options: CosmosOptions,
        invoker: Invoker,
        stopping: asyncio.Event,
    ) -> None:
        self._function = function
        self._make_client = make_client
        self._make_lease_client = make_lease_client
        self._options = options
        self._invoker = invoker
        self._stopping = stopping
        self._reachability = Reachability(f"change feed of {options.container!r}")

    @property
    def listening(self) -> asyncio.Event:
        return self._reachability.reached

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._follow()
            except _AWAY as error:
                await wait_for_stop(self._stopping, self._reachability.report_lost(error))

    async def _follow(self) -> None:
        """Follow every feed range until the host stops; raises only before it has begun."""
        options = self._options
        async with (
            _open(self._make_client()) as client,
            _open(self._make_lease_client()) as lease_client,
        ):
            monitored = client.get_database_client(options.database).get_container_client(
                options.container
            )
            container = await lease_container(
                lease_client,
                database=options.lease_database,
                container=options.lease_container,
                create=options.create_leases,
            )
            base = f"{options.lease_prefix}{options.database}_{options.container}"
            leases = LeaseStore(container, base)
            async with asyncio.TaskGroup() as group:
                for lease in await leases.load(monitored):
                    group.create_task(self._follow_range(monitored, leases, lease))

    async def _follow_range(
        self, monitored: ContainerProxy, leases: LeaseStore, lease: Lease
    ) -> None:
        saved = lease
        while not self._stopping.is_set():
            try:
                if lease != saved:
                    await leases.save(lease)
                    saved = lease
                documents, continuation = await self._changes(monitored, lease)
            except _AWAY as error:
                await wait_for_stop(self._stopping, self._reachability.report_lost(error))
                continue
            self._reachability.report_found()
            if not documents:
                if lease.continuation is None:  # "now" must stay the moment of the first look
                    lease = replace(lease, continuation=continuation)
                    continue
                await wait_for_stop(self._stopping, self._options.poll_delay_s)
            elif await self._invoke(documents) is not Outcome.ABANDONED:
                lease = replace(lease, continuation=continuation)
        if lease != saved:
            await self._save_at_end(leases, lease)

    async def _invoke(self, documents: list[dict[str, Any]]) -> Outcome:
        return await self._invoker.invoke_with_retries(self._function, documents_value(documents))

    async def _save_at_end(self, leases: LeaseStore, lease: Lease) -> None:
        try:
            await leases.save(lease)
        except _AWAY as error:  # the last batch comes again at the next start
            self._reachability.report_lost(error)

    async def _changes(
        self, monitored: ContainerProxy, lease: Lease
    ) -> tuple[list[dict[str, Any]], str | None]:
        """The next page of changes after *lease*, and the continuation after it."""
        answers: list[Mapping[str, Any]] = []
        where: dict[str, Any] = (
            {"continuation": lease.continuation}
            if lease.continuation
            else {"feed_range": lease.feed_range, "start_time": self._options.start}
        )
        pages = monitored.query_items_change_feed(
            **where,
            max_item_count=self._options.max_documents,
            # Not the client's last headers: ranges are read side by side with one client.
            response_hook=lambda headers, _: answers.append(headers),
        ).by_page()
        documents: list[dict[str, Any]] = []
        async for page in pages:
            documents = [document async for document in page]
            break
        return documents, answers[-1].get("etag") if answers else lease.continuation


@asynccontextmanager
async def _open(client: CosmosClient) -> AsyncIterator[CosmosClient]:
    """*client*, opened; closed even when opening it fails, where the SDK would leak a session."""
    try:
        yield await client.__aenter__()
    finally:
        await client.close()


def _start(binding: Mapping[str, Any], where: str) -> str | datetime:
    moment = binding.get("startFromTime")
    if binding.get("startFromBeginning"):
        return "Beginning"
    if moment is None:
        return "Now"
    try:
        parsed = datetime.fromisoformat(str(moment))
    except ValueError as error:
        raise StartError(f"{where}: start_from_time must be an ISO 8601 time") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
