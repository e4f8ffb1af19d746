"""What can be asked: the API behind, signing in, and the page."""

from __future__ import annotations

from aiohttp import web

from local.standins.front_door.page import PageFiles
from local.standins.front_door.principal import PROVIDER
from local.standins.front_door.proxy import ApiProxy
from local.standins.front_door.sign_in import login, logout, show_user


def list_routes(address: str, proxy: ApiProxy) -> list[web.RouteDef]:
    """The routes of a front door that listens at *address*."""
    page = PageFiles(address)
    return [
        web.route("*", "/api/{path:.*}", proxy.handle),
        web.get("/.auth/me", show_user),
        web.get(f"/.auth/login/{PROVIDER}", login),
        web.get("/.auth/logout", logout),
        web.get("/", page.show),
        web.get("/{name}", page.show),
    ]
