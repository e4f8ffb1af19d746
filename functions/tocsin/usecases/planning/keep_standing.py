"""How a site stands after a run, whether or not it changed anything."""

from __future__ import annotations

import logging

from tocsin.domain.errors import DeliveryError
from tocsin.domain.insights.log_about import about
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.site_standing import EMPTY, Outcome, SiteStanding
from tocsin.usecases.planning.look_at_site import SiteView
from tocsin.usecases.planning.plan_site import Draft
from tocsin.usecases.ports.operators import Live
from tocsin.usecases.ports.planning import Plans

log = logging.getLogger(__name__)


async def keep_standing(
    view: SiteView, outcome: Outcome, draft: Draft | None, *, plans: Plans, live: Live
) -> Outcome:
    """Keep what the run found, show it where it is news, and return *outcome*.

    *draft*: None where nothing was planned.
    """
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
        log.warning(
            "Site %s is held still: %s", view.site_id, hold.reason, extra=about(site=view.site_id)
        )
        # Before it is in force: a process that ends in between finds the same hold again.
        await plans.record_hold(view.site_id, hold)
    await plans.save_standing(standing)
    if view.standing is None or standing.to_news() != view.standing.to_news():
        await _show_standing(standing, live)
    return outcome


async def keep_impossible(
    request: Request, why: str, *, plans: Plans, live: Live, now_ms: int
) -> Outcome:
    """Keep that the site cannot be planned, since what is set for it makes no sense."""
    log.warning(
        "Site %s cannot be planned: %s", request.site_id, why, extra=about(site=request.site_id)
    )
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
    if before is None or standing.to_news() != before.to_news():
        await _show_standing(standing, live)
    return "impossible"


async def _show_standing(standing: SiteStanding, live: Live) -> None:
    """To the people who watch the site; the database has it whatever becomes of the message."""
    message = {"type": "standing", "siteId": standing.site_id, "standing": standing.to_news()}
    try:
        await live.send(standing.site_id, message)
    except DeliveryError as error:
        log.warning(
            "The standing of site %s was not shown: %s",
            standing.site_id,
            error,
            extra=about(site=standing.site_id),
        )
