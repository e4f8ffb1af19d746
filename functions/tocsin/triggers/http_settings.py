"""The HTTP API of what operators set for a site (docs/api.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import azure.functions as func

from tocsin.domain.principal import OPERATOR, VIEWER
from tocsin.domain.site_settings import KINDS, Kind
from tocsin.triggers.answers import json_answer
from tocsin.triggers.calls import Call, Handler, Route, named_site
from tocsin.usecases.change_setting import change_setting, show_setting


def _showing(kind: Kind) -> Handler:
    async def show(call: Call) -> func.HttpResponse:
        return json_answer(await show_setting(kind, named_site(call), call.services.site_settings))

    return show


def _changing(kind: Kind) -> Callable[[Call], Awaitable[func.HttpResponse]]:
    async def change(call: Call) -> func.HttpResponse:
        wired = call.services
        changed = await change_setting(
            kind,
            named_site(call),
            call.body(),
            operator=call.principal.name,
            sources=wired.sources,
            requests=wired.requests,
            live=wired.live,
            now_ms=wired.now_ms,
        )
        return json_answer(changed)

    return change


ROUTES = tuple(
    route
    for kind in KINDS
    for route in (
        Route(f"show_{kind}", f"settings/{kind}", "GET", VIEWER, _showing(kind)),
        Route(f"change_{kind}", f"settings/{kind}", "PATCH", OPERATOR, _changing(kind)),
    )
)
