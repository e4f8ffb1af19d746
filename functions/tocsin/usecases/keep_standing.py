"""How a site stands after a run, whether or not it changed anything."""

from __future__ import annotations

import logging
from typing import Literal

from tocsin.domain.requests import Request
from tocsin.planning.results.plan_document import standing_document
from tocsin.usecases.look_at_site import SiteView
from tocsin.usecases.plan_site import Draft
from tocsin.usecases.ports.planning import Plans

log = logging.getLogger(__name__)

Outcome = Literal["planned", "unchanged", "paused", "covered", "followed-up", "impossible"]


async def keep_standing(
    view: SiteView, outcome: Outcome, draft: Draft | None, *, plans: Plans
) -> Outcome:
    """Keep what the run found, and return *outcome*. *draft*: None where nothing was planned."""
    last = 0 if view.last is None else int(view.last["version"])
    before = {} if view.standing is None else view.standing["background"]
    document = standing_document(
        view.site_id,
        version=draft.version if draft is not None and outcome == "planned" else last,
        now_ms=view.looked_at,
        outcome=outcome,
        background=before if draft is None else draft.background,
        found={} if draft is None else draft.figures,
    )
    await plans.save_standing(document)
    return outcome


async def keep_impossible(request: Request, why: str, *, plans: Plans, now_ms: int) -> Outcome:
    """Keep that the site cannot be planned, since what is set for it makes no sense."""
    log.warning("Site %s cannot be planned: %s", request.site_id, why)
    standing = await plans.standing(request.site_id) or {}
    document = standing_document(
        request.site_id,
        version=standing.get("version", 0),
        now_ms=now_ms,
        outcome="impossible",
        background=standing.get("background", {}),
        found={"notes": [why]},
    )
    await plans.save_standing(document)
    return "impossible"
