"""The HTTP API of planning: the plans of a site, and asking for one (docs/api.md)."""

from __future__ import annotations

import azure.functions as func

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.principal import OPERATOR, VIEWER
from tocsin.domain.requests import Request
from tocsin.triggers.answers import json_answer, problem
from tocsin.triggers.calls import Call, Route, named_site
from tocsin.usecases.look_at_site import NEWEST
from tocsin.usecases.rebalance_site import preview_plan

DEFAULT_MAX, MOST = 20, 100


async def _plans(call: Call) -> func.HttpResponse:
    most, before = call.whole_number("max"), call.whole_number("before")
    most = DEFAULT_MAX if most is None else most
    if not 1 <= most <= MOST:
        raise InvalidRequestError(f"max must lie between 1 and {MOST}, not {most}")
    found = await call.services.plans.list_plans(
        named_site(call), before_version=NEWEST if before is None else before, most=most
    )
    return json_answer({"plans": [plan.to_summary() for plan in found]})


async def _latest(call: Call) -> func.HttpResponse:
    plans, site_id = call.services.plans, named_site(call)
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
    found = await call.services.plans.find_plan(named_site(call), version)
    if found is None:
        return problem(404, f"site {named_site(call)!r} has no plan {version}")
    return json_answer(found.to_document())


async def _run(call: Call) -> func.HttpResponse:
    """Put the request in the queue; a preview is made at once and changes nothing."""
    wired, site_id = call.services, named_site(call)
    if call.body().get("preview") is True:
        preview = await preview_plan(
            site_id, sources=wired.sources, planner=wired.planner, now_ms=wired.now_ms
        )
        return json_answer(preview.to_document())
    text = f"{call.principal.name} asked for it"
    request = Request(site_id, "operator", wired.now_ms(), text)
    await wired.requests.put(request)
    return json_answer({"requested": request.to_document()}, status=202)


ROUTES = (
    Route("plans", "plans", "GET", VIEWER, _plans),
    Route("latest_plan", "plans/latest", "GET", VIEWER, _latest),
    Route("plan", "plans/{version:int}", "GET", VIEWER, _plan),
    Route("run_plan", "plans/run", "POST", OPERATOR, _run),
)
