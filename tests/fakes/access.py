"""Who may see and act where, as it is set at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.domain.access.people import Access, parse_access
from tocsin.domain.settings.site_settings import NO_SITE, content_of
from tocsin.usecases.ports.planning import SiteSettings


@dataclass
class FakeAccess:
    """The port AccessBook, without a memory of its own."""

    settings: SiteSettings

    async def current(self) -> Access:
        return parse_access(content_of(await self.settings.find_setting("access", NO_SITE)))
