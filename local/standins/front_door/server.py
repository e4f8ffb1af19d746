"""HTTP around the routes: one aiohttp application behind the guard."""

from __future__ import annotations

from aiohttp import web

from local.listening.callers import is_link, is_own_page
from local.listening.guard import Guard
from local.standins.front_door.errors import answer_refusal
from local.standins.front_door.live import LiveProxy
from local.standins.front_door.proxy import CONNECT_S, READ_S, ApiProxy
from local.standins.front_door.routes import list_routes


def make_guard(address: str) -> Guard:
    """Pages of other sites may link to this one; their scripts, which name them, may nothing."""
    return Guard(
        address,
        answer_refusal,
        is_welcome=lambda request: is_link(request) or is_own_page(request),
    )


def build_application(
    functions_url: str,
    guard: Guard,
    *,
    connect_s: float = CONNECT_S,
    read_s: float = READ_S,
    live: LiveProxy | None = None,
) -> web.Application:
    """The front door before the functions host at *functions_url*.

    *live*: where clients reach the live service only through here.
    """
    proxy = ApiProxy(functions_url, connect_s=connect_s, read_s=read_s, live=live)
    app = web.Application(middlewares=[guard.as_middleware()])
    app.on_startup.append(proxy.open)
    app.on_cleanup.append(proxy.close)
    if live is not None:
        app.on_startup.append(live.open)
        app.on_cleanup.append(live.close)
    app.add_routes(list_routes(proxy, live))
    return app
