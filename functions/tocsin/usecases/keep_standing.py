"""How a site stands after a run, whether or not it changed anything."""

from __future__ import annotations

import logging

from tocsin.domain.requests import Request
from tocsin.domain.site_standing import EMPTY, Outcome, SiteStanding
from tocsin.usecases.look_at_site import SiteView
from tocsin.usecases.plan_site import Draft
from tocsin.usecases.ports.planning import Plans

log = logging.getLogger(__name__)


async def keep_standing(
    view: SiteView, outcome: Outcome, draft: Draft | None, *, plans: Plans
) -> Outcome:
    """Keep what the run found, and return *outcome*. *draft*: None where nothing was planned."""
    version = view.last_version
    if draft is None:
        standing = SiteStanding(view.site_id, version, view.looked_at, outcome, view.memory)
    else:
        if outcome == "planned" and draft.plan is not None:
            version = draft.plan.version
        standing = SiteStanding(
            view.site_id,
            version,
            view.looked_at,
            outcome,
            memory=draft.memory,
            notes=draft.notes,
            figures=draft.figures,
        )
    hold = standing.memory.trust.hold
    if hold is not None and hold != view.memory.trust.hold:
        log.warning("Site %s is held still: %s", view.site_id, hold.reason)
        # Before it is in force: a process that ends in between finds the same hold again.
        await plans.record_hold(view.site_id, hold)
    await plans.save_standing(standing)
    return outcome


async def keep_impossible(request: Request, why: str, *, plans: Plans, now_ms: int) -> Outcome:
    """Keep that the site cannot be planned, since what is set for it makes no sense."""
    log.warning("Site %s cannot be planned: %s", request.site_id, why)
    before = await plans.find_standing(request.site_id)
    standing = SiteStanding(
        request.site_id,
        version=0 if before is None else before.version,
        checked_at=now_ms,
        outcome="impossible",
        memory=EMPTY if before is None else before.memory,
        notes=(why,),
    )
    await plans.save_standing(standing)
    return "impossible"
