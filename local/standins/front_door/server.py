"""HTTP around the routes: one aiohttp application behind the guard."""

from __future__ import annotations

from aiohttp import web

from local.standins.front_door.guard import guard
from local.standins.front_door.proxy import CONNECT_S, READ_S, ApiProxy
from local.standins.front_door.routes import list_routes


def build_application(
    address: str, functions_url: str, *, connect_s: float = CONNECT_S, read_s: float = READ_S
) -> web.Application:
    """The front door at *address*, before the functions host at *functions_url*."""
    proxy = ApiProxy(functions_url, connect_s=connect_s, read_s=read_s)
    app = web.Application(middlewares=[guard(address)])
    app.on_startup.append(proxy.open)
    app.on_cleanup.append(proxy.close)
    app.add_routes(list_routes(address, proxy))
    return app
