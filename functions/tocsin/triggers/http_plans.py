"""The HTTP API of planning: plans, asking for one, and what operators set (docs/api.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.principal import OPERATOR, VIEWER
from tocsin.domain.requests import Request
from tocsin.domain.site_settings import KINDS, Kind
from tocsin.domain.telemetry import can_be_kept
from tocsin.triggers.calls import Call, Handler, Route, add_route, json_answer, problem
from tocsin.usecases.change_setting import change_setting, show_setting
from tocsin.usecases.look_at_site import NEWEST
from tocsin.usecases.rebalance_site import preview_plan

DEFAULT_MAX, MOST = 20, 100


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own
    routes = [
        Route("plans", "plans", "GET", VIEWER, _plans),
        Route("latest_plan", "plans/latest", "GET", VIEWER, _latest),
        Route("plan", "plans/{version:int}", "GET", VIEWER, _plan),
        Route("run_plan", "plans/run", "POST", OPERATOR, _run),
    ]
    for kind in KINDS:
        path = f"settings/{kind}"
        routes += [
            Route(f"show_{kind}", path, "GET", VIEWER, _showing(kind)),
            Route(f"change_{kind}", path, "PATCH", OPERATOR, _changing(kind)),
        ]
    for route in routes:
        add_route(app, services, route)
    return app


async def _plans(call: Call) -> func.HttpResponse:
    most, before = call.whole_number("max"), call.whole_number("before")
    most = DEFAULT_MAX if most is None else most
    if not 1 <= most <= MOST:
        raise InvalidRequestError(f"max must lie between 1 and {MOST}, not {most}")
    found = await call.services.plans.list_plans(
        _site(call), before_version=NEWEST if before is None else before, most=most
    )
    return json_answer({"plans": [plan.to_summary() for plan in found]})


async def _latest(call: Call) -> func.HttpResponse:
    plans, site_id = call.services.plans, _site(call)
    found = await plans.list_plans(site_id, before_version=NEWEST, most=1)
    standing = await plans.find_standing(site_id)
    return json_answer(
        {
            "plan": found[0].to_document() if found else None,
            "standing": None if standing is None else standing.to_document(),
        }
    )


async def _plan(call: Call) -> func.HttpResponse:
    version = int(call.request.route_params["version"])
    found = await call.services.plans.find_plan(_site(call), version)
    if found is None:
        return problem(404, f"site {_site(call)!r} has no plan {version}")
    return json_answer(found.to_document())


async def _run(call: Call) -> func.HttpResponse:
    """Put the request in the queue; a preview is made at once and changes nothing."""
    wired, site_id = call.services, _site(call)
    if call.body().get("preview") is True:
        preview = await preview_plan(
            site_id, sources=wired.sources, planner=wired.planner, now_ms=wired.now_ms
        )
        return json_answer(preview.to_document())
    text = f"{call.principal.name} asked for it"
    request = Request(site_id, "operator", wired.now_ms(), text)
    await wired.requests.put(request)
    return json_answer({"requested": request.to_document()}, status=202)


def _showing(kind: Kind) -> Handler:
    async def show(call: Call) -> func.HttpResponse:
        return json_answer(await show_setting(kind, _site(call), call.services.site_settings))

    return show


def _changing(kind: Kind) -> Callable[[Call], Awaitable[func.HttpResponse]]:
    async def change(call: Call) -> func.HttpResponse:
        wired = call.services
        changed = await change_setting(
            kind,
            _site(call),
            call.body(),
            operator=call.principal.name,
            sources=wired.sources,
            requests=wired.requests,
            live=wired.live,
            now_ms=wired.now_ms,
        )
        return json_answer(changed)

    return change


def _site(call: Call) -> str:
    """The query parameter ``site``: nothing here is about all sites at once."""
    site_id: str | None = call.request.params.get("site")
    if site_id is None or not can_be_kept(site_id):
        raise InvalidRequestError("say which site, as ?site=NAME")
    return site_id
