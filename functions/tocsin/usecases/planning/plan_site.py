"""A plan for a site, made from what is known of it, with the orders that would bring it about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tocsin.domain.plans.figures import Figures
from tocsin.domain.plans.handovers import find_coming
from tocsin.domain.plans.orders import Order
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.site_standing import Memory
from tocsin.domain.plans.stored_plan import StoredPlan
from tocsin.planning.inputs.gather import Known, gather
from tocsin.planning.inputs.twins import EdgeDevice
from tocsin.planning.restraint.restrain import restrain
from tocsin.planning.restraint.shedding import shed_tasks
from tocsin.planning.results.orders import choose_version, write_orders
from tocsin.planning.results.stored_plan import record_plan
from tocsin.usecases.planning.look_at_site import SiteView
from tocsin.usecases.planning.remember import allow, expect, list_reasons, recall, review
from tocsin.usecases.planning.remember_shed import find_out, note_shed, weigh_shedding
from tocsin.usecases.ports.planning import Planner

CHANGED_MS = 120_000  # an order may take a minute, and a processor half of one to show it


@dataclass(frozen=True, slots=True)
class Draft:
    """``plan``: what would be carried out, None where none can be made: ``notes`` say why.

    ``memory``: what later runs must know of this one if the plan is carried out.
    """

    plan: StoredPlan | None
    notes: tuple[str, ...]
    memory: Memory

    @property
    def figures(self) -> Figures | None:
        return None if self.plan is None else self.plan.figures


async def draft_plan(
    view: SiteView, request: Request, *, planner: Planner, now_ms: Callable[[], int]
) -> Draft:
    """Changes nothing. Raises InvalidProblemError where what is set contradicts itself."""
    memory = recall(view)
    gathered = gather(_gather_known(view, request, memory), view.looked_at)
    memory = review(memory, gathered.conditions, view)
    problem = gathered.problem
    if problem is None:
        return Draft(None, (*view.notes, *gathered.notes), memory)
    restrained = restrain(
        problem,
        view.site_id,
        await planner(problem, view.optimiser.search),
        allow(memory, gathered.conditions, view),
    )
    shed = shed_tasks(
        problem,
        [view.tasks[name] for name in sorted(find_out(memory, view))],
        restrained.plan,
        weigh_shedding(memory, gathered.conditions, view, restrained.plan),
    )
    plan, memory = shed.plan, note_shed(memory, shed.out, view)
    last = view.last_version
    version = choose_version(last, view.devices)
    told = (
        *view.notes,
        *_find_ahead(view, last),
        *gathered.notes,
        *list_reasons(memory, gathered.conditions),
        *restrained.held,
        *(f"{name} goes without: {why}" for name, why in sorted(shed.out.items())),
    )
    notes = (*told, plan.note) if plan.note else told
    stored = record_plan(
        plan,
        problem,
        gathered.conditions,
        site_id=view.site_id,
        version=version,
        orders=write_orders(
            plan.allocation, view.tasks, _count_as_told(view.devices, view.plans), version
        ),
        cause=request.cause,
        notes=notes,
        now_ms=now_ms(),
    )
    return Draft(stored, notes, expect(memory, stored, restrained.answers_ms))


def _gather_known(view: SiteView, request: Request, memory: Memory) -> Known:
    return Known(
        site_id=view.site_id,
        devices=view.devices,
        states=view.states,
        tasks=view.tasks,
        optimiser=view.optimiser,
        overrides=view.overrides,
        planned={} if view.last is None else view.last.allocation,
        coming=find_coming(view.plans),
        changed=_find_changed(view),
        failed=_find_disobedient(view),
        alerted=request.alerted,
        memory=memory,
        out=find_out(memory, view),
    )


def _find_changed(view: SiteView) -> frozenset[str]:
    """The devices that tasks came to or left by the orders that they reported last, or shortly
    before."""
    at = {device.device_id: device.report.at for device in view.devices if device.report}
    return frozenset(
        name
        for plan in view.plans
        for move in plan.migrations
        for name in (move.source, move.target)
        if name in at and plan.created_at > at[name] - CHANGED_MS
    )


def _count_as_told(devices: Iterable[EdgeDevice], plans: Sequence[StoredPlan]) -> list[EdgeDevice]:
    """*devices* as if what waits to be sent to them had been: it needs no other plan."""
    waiting: dict[str, Order] = {}
    for plan in reversed(plans):
        for name, delivery in plan.deliveries.items():
            if delivery.state == "pending":
                waiting[name] = plan.orders[name]
    return [
        replace(device, order=waiting.get(device.device_id, device.order)) for device in devices
    ]


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
