"""The HTTP API of planning: the plans of a site, and asking for one (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from tocsin.domain.access.principal import OPERATOR, VIEWER
from tocsin.domain.errors import NotFoundError
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.stored_plan import PlanPage
from tocsin.triggers.api.answers import Answer, read_each
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.site_query import SiteQuery
from tocsin.triggers.outputs.plans import (
    LatestShown,
    PlanListed,
    PlanShown,
    PlansShown,
    RunRequest,
    RunRequested,
    StandingShown,
)
from tocsin.usecases.planning.look_at_site import NEWEST
from tocsin.usecases.planning.rebalance_site import preview_plan
from tocsin.usecases.settings.check_names import check_site
from tocsin.usecases.showing.find_named import check_shown_site

DEFAULT_MAX, MOST = 20, 100


class PlansQuery(SiteQuery):
    """before: only plans with a version below this one."""

    max: Annotated[int, Meta(ge=1, le=MOST)] = DEFAULT_MAX
    before: Annotated[int, Meta(ge=1, le=NEWEST)] = NEWEST


class RunBody(Input):
    """preview: whether to answer with the plan that a run would make, and change nothing."""

    preview: bool = False


async def list_plans(call: Call[PlansQuery, Nothing]) -> PlansShown:
    """The newest plans of a site."""
    query, services = call.query, call.services
    page = await services.plans.list_plans(query.site, before_version=query.before, most=query.max)
    if not page.plans and not page.damaged:
        await _require_site(call)
    plans, damaged = read_each(PlanListed, (plan.to_summary() for plan in page.plans))
    return PlansShown(plans=plans, damaged=[*page.damaged, *damaged])


async def show_latest_plan(call: Call[SiteQuery, Nothing]) -> LatestShown:
    """The last plan of a site, and what the last run found."""
    plans, site_id = call.services.plans, call.query.site
    page = await plans.list_plans(site_id, before_version=NEWEST, most=1)
    standing = await plans.find_standing(site_id)
    if page == PlanPage() and standing is None:
        await _require_site(call)
    shown, damaged = read_each(PlanShown, (plan.to_document() for plan in page.plans))
    return LatestShown(
        damaged=[*page.damaged, *damaged],
        plan=shown[0] if shown else None,
        standing=None if standing is None else StandingShown.read(standing.to_document()),
    )


async def show_plan(call: Call[SiteQuery, Nothing]) -> PlanShown:
    """One plan of a site, whole."""
    version, site_id = int(call.path["version"]), call.query.site
    found = await call.services.plans.find_plan(site_id, version)
    if found is None:
        await _require_site(call)
        raise NotFoundError(f"site {site_id!r} has no plan {version}")
    return PlanShown.read(found.to_document())


async def run_plan(call: Call[SiteQuery, RunBody]) -> Answer:
    """Have a site planned now, or see what a plan would do.

    The request is put in the queue; a preview is made at once and changes nothing.
    """
    services, site_id = call.services, call.query.site
    await check_site(site_id, services.sources)
    if call.body.preview:
        preview = await preview_plan(
            site_id, sources=services.sources, planner=services.planner, now_ms=services.now_ms
        )
        return Answer(PlanShown.read(preview.to_document()))
    text = f"{call.principal.name} asked for it"
    request = Request(site_id, "operator", services.now_ms(), text)
    await services.requests.put(request)
    return Answer(RunRequested(requested=RunRequest.read(request.to_document())), 202)


async def _require_site(call: Call[Any, Nothing]) -> None:
    services, site_id = call.services, call.query.site
    await check_shown_site(
        site_id, fleet=services.fleet, settings=services.site_settings, among=call.rights.sees
    )


ROUTES = (
    Route("plans", "GET", "plans", VIEWER, PlansQuery, Nothing, {200: PlansShown}, list_plans),
    Route(
        "latest_plan", "GET", "plans/latest", VIEWER, SiteQuery, Nothing, {200: LatestShown},
        show_latest_plan,
    ),
    Route(
        "plan", "GET", "plans/{version:int}", VIEWER, SiteQuery, Nothing, {200: PlanShown},
        show_plan, fails=frozenset({404}),
    ),
    Route(
        "run_plan", "POST", "plans/run", OPERATOR, SiteQuery, RunBody,
        {200: PlanShown, 202: RunRequested}, run_plan,
    ),
)  # fmt: skip
