"""The query parameter ``site``, as nearly every route takes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tocsin.domain.errors import NotFoundError
from tocsin.domain.sites import check_site_id
from tocsin.services import Services
from tocsin.triggers.api.inputs import Input
from tocsin.usecases.showing.find_named import check_shown_site


class SiteQuery(Input):
    """Of a route that is about one site, never about all at once."""

    site: str

    def __post_init__(self) -> None:
        if not self.site:
            raise ValueError("say which site, as ?site=NAME")
        check_site_id(self.site)


class AnySiteQuery(Input):
    """Of a route that is about all sites where none is named."""

    site: str | None = None

    def __post_init__(self) -> None:
        if self.site is not None:
            check_site_id(self.site)


@asynccontextmanager
async def naming_site(site_id: str, services: Services) -> AsyncIterator[None]:
    """What is not found at a site that does not exist is the site's fault, and said so: raises
    InvalidRequestError with the sites that there are in place of NotFoundError."""
    try:
        yield
    except NotFoundError:
        await check_shown_site(site_id, fleet=services.fleet, settings=services.site_settings)
        raise
