"""The host: loads an app, serves its triggers, and stops without cutting off what runs."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from azure.core.exceptions import AzureError
from azure.functions.meta import Datum
from azure.storage.blob.aio import BlobServiceClient

from local import ready
from local.standins.functions_host import logs
from local.standins.functions_host.app import connections, settings
from local.standins.functions_host.app.connections import HOST_STORAGE, find_connection
from local.standins.functions_host.app.host_json import HostConfig, load_host_json
from local.standins.functions_host.app.indexing import AppFunction, load_functions
from local.standins.functions_host.errors import MissingSettingError, StartError
from local.standins.functions_host.invocations.invocation import Invoker, Outcome, TriggerValue
from local.standins.functions_host.state.keys import KeyBlobs, KeyFiles, KeyFolder, Keys, load_keys
from local.standins.functions_host.triggers.listener import Listener
from local.standins.functions_host.triggers.listeners import ListenerFactory, check_leases
from local.standins.functions_host.web.admin import Administration
from local.standins.functions_host.web.endpoints import (
    LARGEST_BODY_BYTES,
    FunctionRoutes,
    endpoints_of,
    wants_keys,
)

_FIRST_REACH_S = 15.0  # how long "ready" waits for the triggers' services
_FINISH_WITHIN_S = 8.0  # a parent gives up after 10

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class App:
    """A function app, loaded and checked."""

    folder: Path
    settings: Mapping[str, str]
    config: HostConfig
    functions: Sequence[AppFunction]

    @property
    def host_id(self) -> str:
        """Names this app's files in storage; the same at each start from the same folder."""
        chosen = self.settings.get("AzureFunctionsWebHost__hostid")
        if chosen:
            return chosen
        name = re.sub(r"[^a-z0-9]+", "-", self.folder.name.lower()).strip("-") or "app"
        return f"{name[:20]}-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]}"


def load_app(folder: Path) -> App:
    """Load settings, host.json and functions, in the worker's order. Raises StartError."""
    from_file = settings.file_settings(folder)
    values = settings.merged(os.environ, from_file)
    os.environ.update(values)  # the app reads its settings there when it is imported
    config = load_host_json(folder)
    logs.set_up(config.log_levels)
    for warning in config.warnings:
        _log.warning("%s", warning)
    runtime = values.get("FUNCTIONS_WORKER_RUNTIME", "python")
    if runtime != "python":
        raise StartError(f"FUNCTIONS_WORKER_RUNTIME is {runtime!r}: this host runs python alone")
    functions = [one for one in load_functions(folder) if not _is_disabled(one, values)]
    logs.quieten_libraries()
    check_leases(functions, values)
    return App(folder, values, config, functions)


class Host:
    """Serves one app until it is told to stop."""

    def __init__(self, app: App, *, state: Path | None) -> None:
        """Checks every connection of the app; raises StartError."""
        self._app = app
        self._stopping = asyncio.Event()
        self._invoker = Invoker(
            timeout=app.config.function_timeout,
            default_retry=app.config.retry,
            threads=_thread_count(app.settings),
            stopping=self._stopping,
        )
        self._endpoints = endpoints_of(app.functions, app.config.route_prefix, app.settings)
        self._state = state
        self._blobs = self._storage()
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
        application = self._web_app(keys, administration)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=_FINISH_WITHIN_S)
        await runner.setup()
        site = web.TCPSite(runner, address, port)
        try:
            await site.start()
        except OSError as error:
            raise StartError(f"cannot listen on {address}:{port}: {error.strerror}") from error
        await self._warm_up()
        tasks = [asyncio.create_task(listener.run()) for listener in self._listeners]
        try:
            await self._announce(runner.addresses[0][1], tasks)
            await self._until_stopped(tasks)
        finally:
            self._stopping.set()
            ends = (runner.cleanup(), administration.drain())
            await _finish([*tasks, *map(asyncio.create_task, ends)])
            await self._close()

    def _storage(self) -> BlobServiceClient | None:
        triggered = [one.name for one in self._app.functions if one.is_listened]
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
        return [factory.make(one) for one in self._app.functions if one.is_listened]

    async def _load_keys(self) -> Keys | None:
        files = self.key_files()
        if files is None:
            return None
        names = [one.function.name for one in self._endpoints]
        try:
            keys = await load_keys(files, names)
        except AzureError as error:
            raise StartError(f"the function keys in {files.location}: {error}") from error
        _log.info("the function keys are in %s", files.location)
        return keys

    def _web_app(self, keys: Keys | None, administration: Administration) -> web.Application:
        application = web.Application(client_max_size=LARGEST_BODY_BYTES)
        application.add_routes(administration.routes())
        routes = FunctionRoutes(self._endpoints, keys, self._invoker)
        application.router.add_route("*", "/{path:.*}", routes.handle)
        return application

    async def _warm_up(self) -> None:
        """Run the warm-up functions before there is work; one that fails or is slow is let be."""
        value = TriggerValue(Datum(None, None), {})
        self._warming = [
            asyncio.create_task(self._invoker.invoke_with_retries(one, value))
            for one in self._app.functions
            if one.trigger_type == "warmupTrigger"
        ]
        if self._warming:
            await asyncio.wait(self._warming, timeout=_FIRST_REACH_S)

    async def _announce(self, port: int, tasks: Iterable[asyncio.Task[None]]) -> None:
        waiting = [asyncio.create_task(one.listening.wait()) for one in self._listeners]
        if waiting:
            await asyncio.wait(waiting, timeout=_FIRST_REACH_S)
        for one in waiting:
            one.cancel()
        for task in tasks:
            if task.done():
                task.result()  # a listener that cannot even begin ends the host
        ready.announce(port=port, functions=[one.name for one in self._app.functions])

    async def _until_stopped(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done() and not self._stopping.is_set():
                task.result()
        stopped.cancel()

    async def _close(self) -> None:
        for one in self._warming:
            one.cancel()
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


def _is_disabled(function: AppFunction, values: Mapping[str, str]) -> bool:
    # The second name is for systems whose variables may have no dots.
    names = (f"AzureWebJobs.{function.name}.Disabled", f"AzureWebJobs_{function.name}_Disabled")
    if not any(values.get(name, "").lower() in {"true", "1"} for name in names):
        return False
    _log.info("function %r is disabled by a setting", function.name)
    return True


def _thread_count(values: Mapping[str, str]) -> int | None:
    text = values.get("PYTHON_THREADPOOL_THREAD_COUNT")
    if text is None:
        return None
    if not text.isdigit() or int(text) < 1:
        raise StartError("PYTHON_THREADPOOL_THREAD_COUNT must be a whole number above 0")
    return int(text)
