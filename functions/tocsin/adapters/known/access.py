"""Who may see and act where, known to every instance within seconds."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.adapters.known.refresh import Refresh
from tocsin.domain.access.people import Access, parse_access
from tocsin.domain.settings.site_settings import NO_SITE, content_of
from tocsin.usecases.ports.planning import SiteSettings

REFRESH_S = 5.0  # a change is in force within twice of it; each call would cost a read otherwise


class KnownAccess:
    """The port AccessBook: the setting ``access``, read again every *refresh_s*.

    The first look-up is waited for and may fail: nobody is let in before it is known who may.
    """

    def __init__(
        self,
        settings: SiteSettings,
        *,
        clock_s: Callable[[], float],
        refresh_s: float = REFRESH_S,
    ) -> None:
        self._settings = settings
        self._access = Refresh(
            self._look_up, subject="Who may see and act where", every_s=refresh_s, clock_s=clock_s
        )

    async def current(self) -> Access:
        return await self._access.current()

    async def _look_up(self) -> Access:
        found = await self._settings.find_setting("access", NO_SITE)
        return parse_access(content_of(found))
