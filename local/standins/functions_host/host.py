"""The host: serves an app's triggers, and stops without cutting off what runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from azure.core.exceptions import AzureError
from azure.functions.meta import Datum
from azure.storage.blob.aio import BlobServiceClient

from local import ready
from local.standins.functions_host.app import connections
from local.standins.functions_host.app.connections import HOST_STORAGE, find_connection
from local.standins.functions_host.app.loading import App
from local.standins.functions_host.errors import MissingSettingError, StartError
from local.standins.functions_host.invocations.invocation import Invoker, Outcome, TriggerValue
from local.standins.functions_host.routes import list_routes
from local.standins.functions_host.server import HttpServer
from local.standins.functions_host.state.keys import KeyBlobs, KeyFiles, KeyFolder, Keys, load_keys
from local.standins.functions_host.triggers.listener import Listener
from local.standins.functions_host.triggers.listeners import ListenerFactory, check_leases
from local.standins.functions_host.web.admin import Administration
from local.standins.functions_host.web.endpoints import (
    FunctionRoutes,
    list_endpoints,
    wants_keys,
)

_FIRST_REACH_S = 15.0  # how long "ready" waits for the triggers' services
_FINISH_WITHIN_S = 8.0  # a parent gives up after 10

_log = logging.getLogger(__name__)


class Host:
    """Serves one app until it is told to stop."""

    def __init__(self, app: App, *, state: Path | None) -> None:
        """Checks every connection of the app; raises StartError."""
        check_leases(app.functions, app.settings)
        self._app = app
        self._stopping = asyncio.Event()
        self._invoker = Invoker(
            timeout=app.config.function_timeout,
            default_retry=app.config.retry,
            threads=_thread_count(app.settings),
            stopping=self._stopping,
        )
        self._endpoints = list_endpoints(app.functions, app.config.route_prefix, app.settings)
        self._state = state
        self._blobs = self._open_storage()
        self._listeners = self._make_listeners()
        self._warming: list[asyncio.Task[Outcome]] = []

    def key_files(self) -> KeyFiles | None:
        """Where the function keys are; None when the app uses none. Raises StartError."""
        if not wants_keys(self._endpoints):
            return None
        if self._state is not None:
            return KeyFolder(self._state / "secrets")
        if self._blobs is None:
            raise StartError(
                f"functions with auth level FUNCTION or ADMIN want a place for their keys: set "
                f"{HOST_STORAGE} or give --state"
            )
        return KeyBlobs(self._blobs, self._app.host_id)

    def stop(self) -> None:
        """Take no new work; ``serve`` returns when what runs has ended."""
        self._stopping.set()

    async def serve(self, address: str, port: int) -> None:
        """Serve until ``stop``; announces itself when every trigger has reached its service."""
        keys = await self._load_keys()
        administration = Administration(
            self._app.functions,
            host_id=self._app.host_id,
            extension_bundle=self._app.config.extension_bundle,
            keys=keys,
            invoker=self._invoker,
        )
        functions = FunctionRoutes(
            self._endpoints,
            keys,
            self._invoker,
            homepage=self._app.settings.get("AzureWebJobsDisableHomepage", "").lower() != "true",
        )
        routes = list_routes(administration, functions)
        server = HttpServer(routes, address, stop_within_s=_FINISH_WITHIN_S)
        port = await server.listen(port)
        await self._warm_up()
        tasks = [asyncio.create_task(listener.run()) for listener in self._listeners]
        try:
            await self._announce(port, tasks)
            await self._until_stopped(tasks)
        finally:
            self._stopping.set()
            ends = (server.close(), administration.drain())
            await _finish([*tasks, *map(asyncio.create_task, ends)])
            await self._close()

    def _open_storage(self) -> BlobServiceClient | None:
        triggered = [function.name for function in self._app.functions if function.is_listened]
        wanted_by = f"function {triggered[0]!r}" if triggered else "the host"
        try:
            connection = find_connection(HOST_STORAGE, self._app.settings, wanted_by=wanted_by)
        except MissingSettingError:
            if triggered:
                raise
            return None
        return connections.blob_service(connection)

    def _make_listeners(self) -> list[Listener]:
        if self._blobs is None:
            return []
        factory = ListenerFactory(
            settings=self._app.settings,
            config=self._app.config,
            host_id=self._app.host_id,
            blobs=self._blobs,
            invoker=self._invoker,
            stopping=self._stopping,
        )
        return [factory.make(function) for function in self._app.functions if function.is_listened]

    async def _load_keys(self) -> Keys | None:
        files = self.key_files()
        if files is None:
            return None
        names = [endpoint.function.name for endpoint in self._endpoints]
        try:
            keys = await load_keys(files, names)
        except AzureError as error:
            raise StartError(f"the function keys in {files.location}: {error}") from error
        _log.info("the function keys are in %s", files.location)
        return keys

    async def _warm_up(self) -> None:
        """Run the warm-up functions before there is work; failures and time-outs are ignored."""
        value = TriggerValue(Datum(None, None), {})
        self._warming = [
            asyncio.create_task(self._invoker.invoke_with_retries(function, value))
            for function in self._app.functions
            if function.trigger_type == "warmupTrigger"
        ]
        if self._warming:
            await asyncio.wait(self._warming, timeout=_FIRST_REACH_S)

    async def _announce(self, port: int, tasks: Iterable[asyncio.Task[None]]) -> None:
        waiting = [asyncio.create_task(listener.listening.wait()) for listener in self._listeners]
        if waiting:
            await asyncio.wait(waiting, timeout=_FIRST_REACH_S)
        for wait in waiting:
            wait.cancel()
        for task in tasks:
            if task.done():
                task.result()  # a listener that cannot even begin ends the host
        ready.announce(port=port, functions=[function.name for function in self._app.functions])

    async def _until_stopped(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done() and not self._stopping.is_set():
                task.result()
        stopped.cancel()

    async def _close(self) -> None:
        for warm_up in self._warming:
            warm_up.cancel()
        self._invoker.close()
        if self._blobs is not None:
            await self._blobs.close()


async def _finish(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Let *tasks* end by themselves, and cut them off when they take too long."""
    _, late = await asyncio.wait(list(tasks), timeout=_FINISH_WITHIN_S)
    for task in late:
        _log.warning("an invocation is cut off: it ran on for %.0f s", _FINISH_WITHIN_S)
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


def _thread_count(values: Mapping[str, str]) -> int | None:
    text = values.get("PYTHON_THREADPOOL_THREAD_COUNT")
    if text is None:
        return None
    if not text.isdigit() or int(text) < 1:
        raise StartError("PYTHON_THREADPOOL_THREAD_COUNT must be a whole number above 0")
    return int(text)
