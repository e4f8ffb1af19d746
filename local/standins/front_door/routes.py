"""What can be asked: signing in, and the function app behind, which serves the page too."""

from __future__ import annotations

from aiohttp import web

from local.standins.front_door.live import PATH, LiveProxy
from local.standins.front_door.principal import PROVIDER
from local.standins.front_door.proxy import ApiProxy
from local.standins.front_door.sign_in import login, logout, show_user


def list_routes(proxy: ApiProxy, live: LiveProxy | None = None) -> list[web.RouteDef]:
    """The routes of a front door before *proxy*. The host's own paths are nobody's from outside.

    *live*: where clients reach the live service only through here.
    """
    return [
        *([] if live is None else [web.get(PATH, live.handle)]),
        web.route("*", "/api/{path:(?s:.*)}", proxy.handle),
        web.get("/.auth/me", show_user),
        web.get(f"/.auth/login/{PROVIDER}", login),
        web.get("/.auth/logout", logout),
        web.get("/", proxy.handle),
        web.get("/{file}", proxy.handle),
    ]
