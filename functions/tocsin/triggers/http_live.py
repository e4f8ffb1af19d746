"""The HTTP API: the way to live messages (docs/api.md)."""

from __future__ import annotations

import azure.functions as func

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.fleet import UNASSIGNED_SITE
from tocsin.domain.principal import VIEWER
from tocsin.triggers.answers import json_answer
from tocsin.triggers.calls import Call, Route


async def _negotiate(call: Call) -> func.HttpResponse:
    sites = await call.services.fleet.sites()
    site = call.request.params.get("site") or (sites[0] if sites else UNASSIGNED_SITE)
    if sites and site not in sites:
        raise InvalidRequestError(f"there is no site {site!r}; there are {', '.join(sites)}")
    url = await call.services.live.client_url(call.principal.name, site)
    return json_answer({"url": url, "site": site, "sites": sites})


ROUTES = (Route("negotiate", "negotiate", "GET", VIEWER, _negotiate),)
