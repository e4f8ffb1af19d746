"""The HTTP API: the way to live messages (docs/api.md)."""

from __future__ import annotations

from tocsin.domain.access.principal import VIEWER
from tocsin.domain.sites import UNASSIGNED_SITE, group_of
from tocsin.triggers.api.answers import Output
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Nothing
from tocsin.triggers.api.site_query import AnySiteQuery
from tocsin.usecases.showing.find_named import check_shown_site


class Negotiated(Output):
    """The way to live messages. ``url``: for one Web PubSub client, good for 10 minutes."""

    url: str
    site: str
    group: str
    sites: list[str]


async def negotiate(call: Call[AnySiteQuery, Nothing]) -> Negotiated:
    """An address for the live messages of a site."""
    services = call.services
    seen = call.rights.sees
    every = await services.fleet.sites()
    sites = seen.keep(every)
    site = call.query.site or (sites[0] if sites else UNASSIGNED_SITE)
    call.rights.must_see(site)
    # Before the very first message every site may be waited for.
    if every and site not in sites:
        await check_shown_site(
            site, fleet=services.fleet, settings=services.site_settings, among=seen
        )
    url = await services.live.client_url(call.principal.name, site)
    return Negotiated(url=url, site=site, group=group_of(site), sites=sites)


ROUTES = (
    Route(
        "negotiate", "GET", "negotiate", VIEWER, AnySiteQuery, Nothing, {200: Negotiated}, negotiate
    ),
)
