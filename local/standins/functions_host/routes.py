"""What can be asked: administration, and the app's own routes below it."""

from __future__ import annotations

from aiohttp import web

from local.standins.functions_host.web.admin import Administration
from local.standins.functions_host.web.endpoints import FunctionRoutes


def list_routes(
    administration: Administration, functions: FunctionRoutes
) -> list[web.AbstractRouteDef]:
    """Administration first: an app's own routes cannot hide it."""
    check = administration.check_key
    return [
        web.get("/admin/host/status", check(administration.show_status)),
        web.get("/admin/functions", check(administration.list_functions)),
        web.post("/admin/functions/{name}", check(administration.run_function)),
        web.route("*", "/{path:(?s:.*)}", functions.handle),
    ]
