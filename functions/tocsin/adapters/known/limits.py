"""Plain limits as operators set them, known to every instance within a minute."""

from __future__ import annotations

import logging
from collections.abc import Callable

from tocsin.adapters.known.refresh import Refresh
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.insights.log_about import about
from tocsin.domain.limits.book import LimitBook, SiteLimits
from tocsin.domain.limits.site_limits import parse_site_limits
from tocsin.usecases.ports.planning import SiteSettings

REFRESH_S = 30.0  # with the look-up's own time, what an operator sets is in force within a minute

log = logging.getLogger(__name__)


class KnownLimits:
    """The limits of all sites, read again every *refresh_s*.

    The first look-up is waited for and may fail; later ones run beside the scoring, which goes on
    with what it knows when one fails.
    """

    def __init__(
        self,
        settings: SiteSettings,
        *,
        clock_s: Callable[[], float],
        refresh_s: float = REFRESH_S,
    ) -> None:
        self._settings = settings
        self._book = Refresh(
            self._look_up, subject="Plain limits", every_s=refresh_s, clock_s=clock_s
        )

    async def book(self) -> LimitBook:
        return await self._book.current()

    async def _look_up(self) -> LimitBook:
        by_site: dict[str, SiteLimits] = {}
        for setting in await self._settings.list_settings("limits"):
            try:
                by_site[setting.site_id] = parse_site_limits(setting.entry.content)
            except InvalidRequestError as error:
                log.error(  # noqa: TRY400 (told)
                    "The limits of site %.80r hold no more: %s",
                    setting.site_id,
                    error,
                    extra=about(site=setting.site_id),
                )
        return LimitBook(by_site)
