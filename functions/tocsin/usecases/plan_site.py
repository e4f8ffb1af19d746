"""A plan for a site, made from what is known of it, with the orders that would bring it about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.requests import Request
from tocsin.planning.inputs.gather import Known, gather
from tocsin.planning.results.orders import next_version, orders_for
from tocsin.planning.results.plan_document import deliveries_of, figures, plan_document
from tocsin.usecases.look_at_site import SiteView
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.planning import Planner


@dataclass(frozen=True, slots=True)
class Draft:
    """``document``: the plan to carry out, None where none can be made: ``figures`` say why.

    ``background``: percent by device that its measured load exceeds its tasks' by.
    """

    version: int
    document: Document | None
    figures: Mapping[str, Any]
    background: Mapping[str, float]


async def draft_plan(
    view: SiteView, request: Request, *, planner: Planner, now_ms: Callable[[], int]
) -> Draft:
    """Changes nothing. Raises InvalidProblemError where what is set contradicts itself."""
    gathered = gather(_known(view, request), view.looked_at)
    background = {name: one.background_pct for name, one in gathered.conditions.items()}
    last = 0 if view.last is None else int(view.last["version"])
    version = next_version(last, view.devices)
    if gathered.problem is None:
        return Draft(version, None, {"notes": [*view.notes, *gathered.notes]}, background)
    plan = await planner(gathered.problem, view.optimiser.search)
    found = figures(plan, [*view.notes, *_ahead(view, last), *gathered.notes])
    orders = orders_for(plan.allocation, view.tasks, view.devices, version)
    document = plan_document(
        view.site_id,
        plan,
        gathered,
        version=version,
        orders=orders,
        cause=request.cause,
        found=found,
        now_ms=now_ms(),
    )
    return Draft(version, document, found, background)


def _known(view: SiteView, request: Request) -> Known:
    return Known(
        site_id=view.site_id,
        devices=view.devices,
        states=view.states,
        tasks=view.tasks,
        optimiser=view.optimiser,
        overrides=view.overrides,
        planned={} if view.last is None else view.last["allocation"],
        failed=_failed(view),
        alerted=request.alerted,
        background={} if view.standing is None else view.standing["background"],
    )


def _failed(view: SiteView) -> dict[str, str]:
    """The devices that did not obey the last order they were given."""
    return {
        name: f"it did not obey plan {plan['version']}: {delivery.text}"
        for plan in view.plans
        for name, delivery in deliveries_of(plan).items()
        if delivery.state == "failed"
    }


def _ahead(view: SiteView, last: int) -> list[str]:
    """Devices that know of later plans than the database does: it was restored, perhaps."""
    return [
        f"device {one.device_id!r} has seen version {one.version}, later than the last plan here "
        f"({last}); the next is numbered from there"
        for one in view.devices
        if one.version > last
    ]
