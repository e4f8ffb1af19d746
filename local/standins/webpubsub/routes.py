"""What can be asked: the REST operations of servers, and the WebSockets of clients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from local.standins.webpubsub import operations
from local.standins.webpubsub.access.callers import Callers
from local.standins.webpubsub.access.origins import Origins
from local.standins.webpubsub.clients.endpoint import ClientEndpoint
from local.standins.webpubsub.errors import NotSupportedError
from local.standins.webpubsub.operations import Call
from local.standins.webpubsub.state import Hubs

Handler = Callable[[Call], Awaitable[web.Response]]
WebHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CONNECTION = "/connections/{connection}"
_GROUP = "/groups/{group}"
_USER = "/users/{user}"
_PERMISSION = "/permissions/{permission}" + _CONNECTION

REST_ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("POST", "/:send", operations.send_to_all),
    ("POST", "/:closeConnections", operations.close_all),
    ("POST", _GROUP + "/:send", operations.send_to_group),
    ("POST", _GROUP + "/:closeConnections", operations.close_group),
    ("HEAD", _GROUP, operations.group_exists),
    ("GET", _GROUP + "/connections", operations.list_connections),
    ("PUT", _GROUP + _CONNECTION, operations.add_connection),
    ("DELETE", _GROUP + _CONNECTION, operations.remove_connection),
    ("POST", _USER + "/:send", operations.send_to_user),
    ("POST", _USER + "/:closeConnections", operations.close_user),
    ("HEAD", _USER, operations.user_exists),
    ("PUT", _USER + _GROUP, operations.add_user),
    ("DELETE", _USER + _GROUP, operations.remove_user),
    ("DELETE", _USER + "/groups", operations.remove_user_from_all),
    ("POST", _CONNECTION + "/:send", operations.send_to_connection),
    ("HEAD", _CONNECTION, operations.connection_exists),
    ("DELETE", _CONNECTION, operations.close_connection),
    ("DELETE", _CONNECTION + "/groups", operations.remove_connection_from_all),
    ("PUT", _PERMISSION, operations.grant),
    ("DELETE", _PERMISSION, operations.revoke),
    ("HEAD", _PERMISSION, operations.has_permission),
)


def list_routes(hubs: Hubs, *, key: str, origins: Origins, callers: Callers) -> list[web.RouteDef]:
    """The table as aiohttp routes; what is not in it is answered 501.

    *key* signs the tokens of clients; *callers* may call the REST side.
    """
    clients = ClientEndpoint(hubs, key=key, origins=origins)

    async def make_token(call: Call) -> web.Response:
        return web.json_response({"token": clients.make_token(call.hub.name, call.request)})

    return [
        *(
            web.route(method, "/api/hubs/{hub}" + path, check_caller(handler, hubs, callers))
            for method, path, handler in (
                *REST_ROUTES,
                ("POST", "/:generateToken", make_token),
            )
        ),
        web.get("/client/hubs/{hub}", clients.connect),
        web.route("*", "/{path:.*}", refuse_unknown),
    ]


def check_caller(handler: Handler, hubs: Hubs, callers: Callers) -> WebHandler:
    """*handler* behind a check of the caller's token."""

    async def handle(request: web.Request) -> web.StreamResponse:
        callers.check(request)
        return await handler(Call(hubs.get(request.match_info["hub"]), request))

    return handle


async def refuse_unknown(request: web.Request) -> web.StreamResponse:
    raise NotSupportedError(
        f"{request.method} {request.path} is not supported by the Web PubSub stand-in;"
        " see local/COVERAGE.md for what is"
    )
