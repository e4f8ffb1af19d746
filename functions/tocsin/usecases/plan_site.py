"""A plan for a site, made from what is known of it, with the orders that would bring it about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tocsin.domain.figures import Figures
from tocsin.domain.requests import Request
from tocsin.domain.stored_plan import StoredPlan
from tocsin.planning.inputs.gather import Known, gather
from tocsin.planning.results.orders import choose_version, write_orders
from tocsin.planning.results.stored_plan import record_plan
from tocsin.usecases.look_at_site import SiteView
from tocsin.usecases.ports.planning import Planner


@dataclass(frozen=True, slots=True)
class Draft:
    """``plan``: what would be carried out, None where none can be made: ``notes`` say why.

    ``background``: percent by device that its measured load exceeds its tasks' by.
    """

    plan: StoredPlan | None
    notes: tuple[str, ...]
    background: Mapping[str, float]

    @property
    def figures(self) -> Figures | None:
        return None if self.plan is None else self.plan.figures


async def draft_plan(
    view: SiteView, request: Request, *, planner: Planner, now_ms: Callable[[], int]
) -> Draft:
    """Changes nothing. Raises InvalidProblemError where what is set contradicts itself."""
    gathered = gather(_gather_known(view, request), view.looked_at)
    background = {name: condition.background_pct for name, condition in gathered.conditions.items()}
    problem = gathered.problem
    if problem is None:
        return Draft(None, (*view.notes, *gathered.notes), background)
    plan = await planner(problem, view.optimiser.search)
    last = view.last_version
    version = choose_version(last, view.devices)
    told = (*view.notes, *_find_ahead(view, last), *gathered.notes)
    notes = (*told, plan.note) if plan.note else told
    stored = record_plan(
        plan,
        problem,
        gathered.conditions,
        site_id=view.site_id,
        version=version,
        orders=write_orders(plan.allocation, view.tasks, view.devices, version),
        cause=request.cause,
        notes=notes,
        now_ms=now_ms(),
    )
    return Draft(stored, notes, background)


def _gather_known(view: SiteView, request: Request) -> Known:
    return Known(
        site_id=view.site_id,
        devices=view.devices,
        states=view.states,
        tasks=view.tasks,
        optimiser=view.optimiser,
        overrides=view.overrides,
        planned={} if view.last is None else view.last.allocation,
        failed=_find_disobedient(view),
        alerted=request.alerted,
        background={} if view.standing is None else view.standing.background,
    )


def _find_disobedient(view: SiteView) -> dict[str, str]:
    """The devices that did not obey the last order they were given, and why."""
    return {
        name: f"it did not obey plan {plan.version}: {delivery.text}"
        for plan in view.plans
        for name, delivery in plan.deliveries.items()
        if delivery.state == "failed"
    }


def _find_ahead(view: SiteView, last: int) -> list[str]:
    """Devices that know of later plans than the database does: it was restored, perhaps."""
    return [
        f"device {device.device_id!r} has seen version {device.version}, later than the last plan "
        f"here ({last}); the next is numbered from there"
        for device in view.devices
        if device.version > last
    ]
