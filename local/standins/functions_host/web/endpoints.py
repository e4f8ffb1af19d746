"""The app's HTTP functions, behind the function keys."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from local.standins.functions_host.app.indexing import AppFunction
from local.standins.functions_host.app.settings import resolve
from local.standins.functions_host.errors import StartError
from local.standins.functions_host.invocations.contexts import TraceContext, new_trace_parent
from local.standins.functions_host.invocations.invocation import Invoker
from local.standins.functions_host.state.keys import Keys
from local.standins.functions_host.web.conversion import (
    UnsendableResultError,
    request_value,
    response_of,
)
from local.standins.functions_host.web.templates import Route, RouteError, parse_route

_WELCOME = "Your Functions host is up and running.\n"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One HTTP function: where it answers, and to whom."""

    function: AppFunction
    route: Route
    methods: frozenset[str]  # empty: all
    level: str  # anonymous, function or admin

    def takes(self, method: str) -> bool:
        return not self.methods or method in self.methods


def list_endpoints(
    functions: Sequence[AppFunction], prefix: str, settings: Mapping[str, str]
) -> list[Endpoint]:
    """The endpoints of the HTTP functions, the more exact route first. Raises StartError."""
    found = [
        _endpoint(function, prefix, settings)
        for function in functions
        if function.trigger_type == "httpTrigger"
    ]
    return sorted(found, key=lambda endpoint: endpoint.route.rank)


def wants_keys(endpoints: Sequence[Endpoint]) -> bool:
    """Whether any endpoint asks for a key; without one, administration is open too."""
    return any(endpoint.level != "anonymous" for endpoint in endpoints)


def find_key(request: web.Request) -> str:
    """The key that a request brings, in its header or its query; empty without one."""
    return request.headers.get("x-functions-key") or request.query.get("code", "")


class FunctionRoutes:
    """Answers requests by the app's HTTP functions."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        keys: Keys | None,
        invoker: Invoker,
        *,
        homepage: bool = True,
    ) -> None:
        """*homepage*: whether the host greets at ``/``, whatever function would answer there."""
        self._endpoints = endpoints
        self._keys = keys
        self._invoker = invoker
        self._homepage = homepage

    async def handle(self, request: web.Request) -> web.Response:
        """The function's answer; 404, 401 and 500 have no body, as in Azure."""
        path = request.raw_path.partition("?")[0].lstrip("/")
        if self._homepage and not path:
            return web.Response(text=_WELCOME)
        for endpoint in self._endpoints:
            values = endpoint.route.match(path) if endpoint.takes(request.method) else None
            if values is not None:
                return await self._answer(request, endpoint, values)
        return web.Response(status=404)

    async def _answer(
        self, request: web.Request, endpoint: Endpoint, values: Mapping[str, str]
    ) -> web.Response:
        function = endpoint.function
        if self._keys and not self._keys.opens(function.name, endpoint.level, find_key(request)):
            return web.Response(status=401)
        value = await request_value(request, values)
        trace = TraceContext(
            trace_parent=request.headers.get("traceparent") or new_trace_parent(),
            trace_state=request.headers.get("tracestate", ""),
        )
        try:
            result = await self._invoker.invoke(function, value, trace=trace)
        except Exception:  # noqa: BLE001 - an app may raise anything; the invoker has logged it
            return web.Response(status=500)
        try:
            return response_of(result)
        except UnsendableResultError as error:
            _log.error("function %r %s", function.name, error)
            return web.Response(status=500)


def _endpoint(function: AppFunction, prefix: str, settings: Mapping[str, str]) -> Endpoint:
    where = f"function {function.name!r}"
    text = resolve(str(function.trigger.get("route", function.name)), settings, wanted_by=where)
    try:
        route = parse_route(f"{prefix}/{text.strip('/')}")
    except RouteError as error:
        raise StartError(f"{where}: {error}") from error
    return Endpoint(
        function=function,
        route=route,
        methods=frozenset(str(method).upper() for method in function.trigger.get("methods") or ()),
        level=str(function.trigger.get("authLevel", "FUNCTION")).lower(),
    )
