"""The HTTP API: the way to live messages (docs/api.md)."""

from __future__ import annotations

import azure.functions as func

from tocsin.domain.principal import VIEWER
from tocsin.domain.sites import UNASSIGNED_SITE, group_of
from tocsin.triggers.answers import answer_json
from tocsin.triggers.calls import Call, Route
from tocsin.triggers.inputs import Nothing
from tocsin.triggers.site_query import AnySiteQuery
from tocsin.usecases.find_named import check_shown_site


async def negotiate(call: Call[AnySiteQuery, Nothing]) -> func.HttpResponse:
    services = call.services
    sites = await services.fleet.sites()
    site = call.query.site or (sites[0] if sites else UNASSIGNED_SITE)
    # Before the very first message every site may be waited for.
    if sites and site not in sites:
        await check_shown_site(site, fleet=services.fleet, settings=services.site_settings)
    url = await services.live.client_url(call.principal.name, site)
    return answer_json({"url": url, "site": site, "group": group_of(site), "sites": sites})


ROUTES = (Route("negotiate", "GET", "negotiate", VIEWER, AnySiteQuery, Nothing, negotiate),)
