"""The query parameter ``site``, as nearly every route takes it."""

from __future__ import annotations

from tocsin.domain.sites import check_site_id
from tocsin.triggers.inputs import Input


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
