"""The administration endpoints: the host's status, and running a function by hand."""

from __future__ import annotations

import asyncio
import json
import logging
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web
from azure.functions.meta import Datum

from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.invocations.invocation import Invoker, TriggerValue
from local.standins.functions_host.state.keys import Keys
from local.standins.functions_host.triggers.cosmos import documents_value
from local.standins.functions_host.triggers.event_hub import is_many
from local.standins.functions_host.triggers.event_hub_events import (
    Event,
    PartitionAddress,
    batch_value,
    single_value,
)
from local.standins.functions_host.triggers.queue_message import value_of_text
from local.standins.functions_host.triggers.timer import timer_value
from local.standins.functions_host.web.endpoints import find_key

_VERSION = "4.1000.0"  # of the real host's major version, whose answers these imitate

_log = logging.getLogger(__name__)


class Administration:
    """Answers below ``/admin``, to the master key where the app uses keys."""

    def __init__(
        self,
        functions: Sequence[AppFunction],
        *,
        host_id: str,
        extension_bundle: Mapping[str, str],
        keys: Keys | None,
        invoker: Invoker,
    ) -> None:
        self._functions = {function.name.lower(): function for function in functions}
        self._host_id = host_id
        self._extension_bundle = extension_bundle
        self._keys = keys
        self._invoker = invoker
        self._started = time.monotonic()
        self._running: set[asyncio.Task[None]] = set()

    async def drain(self) -> None:
        """Wait for the functions that were started here."""
        if self._running:
            await asyncio.wait(self._running)

    def check_key(self, handler: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        """*handler* for callers with the master key, where the app uses keys."""

        async def handle(request: web.Request) -> web.Response:
            if self._keys and not self._keys.opens_administration(find_key(request)):
                return web.Response(status=401)
            response: web.Response = await handler(request)
            return response

        return handle

    async def show_status(self, request: web.Request) -> web.Response:  # noqa: ARG002 - a handler
        return web.json_response(
            {
                "id": self._host_id,
                "state": "Running",
                "version": _VERSION,
                "versionDetails": f"{_VERSION} (local stand-in)",
                "platformVersion": platform.python_version(),
                "instanceId": self._host_id,
                "computerName": "localhost",
                "processUptime": round((time.monotonic() - self._started) * 1000),
                "functionAppContentEditingState": "NotAllowed",
                "extensionBundle": dict(self._extension_bundle),
            }
        )

    async def list_functions(self, request: web.Request) -> web.Response:  # noqa: ARG002 - a handler
        return web.json_response(
            [
                {
                    "name": function.name,
                    "language": "python",
                    "config": {"bindings": [function.trigger]},
                }
                for function in self._functions.values()
            ]
        )

    async def run_function(self, request: web.Request) -> web.Response:
        function = self._functions.get(request.match_info["name"].lower())
        if function is None:
            return web.Response(status=404)
        if function.trigger_type == "httpTrigger":
            return web.Response(status=400, text="Call an HTTP function at its own route.")
        try:
            body = await request.json() if request.can_read_body else {}
            value = read_input(function, str(body.get("input") or ""))
        except (ValueError, AttributeError) as error:
            return web.Response(status=400, text=f'Send {{"input": "…"}} as JSON: {error}')
        task = asyncio.create_task(self._invoke(function, value))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return web.Response(status=202)

    async def _invoke(self, function: AppFunction, value: TriggerValue) -> None:
        try:
            await self._invoker.invoke(function, value)
        except Exception:  # noqa: BLE001 - an app may raise anything; the invoker has logged it
            _log.warning("function %r, run by hand, failed", function.name)


def read_input(function: AppFunction, text: str) -> TriggerValue:
    """What *function*'s trigger would hand over for the typed *text*.

    Raises ValueError when a change feed function's text is not JSON.
    """
    if function.trigger_type == "timerTrigger":
        return timer_value(past_due=False, status=None)
    if function.trigger_type == "warmupTrigger":
        return TriggerValue(Datum(None, None), {})
    if function.trigger_type == "queueTrigger":
        return value_of_text(text)
    if function.trigger_type == "cosmosDBTrigger":
        documents = json.loads(text or "[]")
        return documents_value(documents if isinstance(documents, list) else [documents])
    address = PartitionAddress("localhost", str(function.trigger.get("eventHubName")), "", "0")
    data_type = function.trigger.get("dataType")
    event = Event.from_text(text)
    if is_many(function):
        return batch_value([event], address, data_type)
    return single_value(event, address, data_type)
