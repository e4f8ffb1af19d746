"""How many false alerts are accepted, known to every instance within a minute."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.adapters.known.refresh import Refresh
from tocsin.domain.judging.alert_targets import AlertTargets, parse_alert_targets
from tocsin.domain.settings.site_settings import NO_SITE, content_of
from tocsin.usecases.ports.planning import SiteSettings

REFRESH_S = 30.0  # with the look-up's own time, what an admin sets is in force within a minute


class KnownTargets:
    """The port TargetBook: the setting ``alert-targets``, read again every *refresh_s*.

    The first look-up is waited for and may fail; later ones run beside the scoring, which goes on
    with what it knows when one fails. *usual*: the target of a profile that has none of its own.
    """

    def __init__(
        self,
        settings: SiteSettings,
        *,
        usual: float,
        clock_s: Callable[[], float],
        refresh_s: float = REFRESH_S,
    ) -> None:
        self._settings = settings
        self._usual = usual
        self._targets = Refresh(
            self._look_up, subject="Alert targets", every_s=refresh_s, clock_s=clock_s
        )

    async def current(self) -> AlertTargets:
        return await self._targets.current()

    async def _look_up(self) -> AlertTargets:
        found = await self._settings.find_setting("alert-targets", NO_SITE)
        return parse_alert_targets(content_of(found), self._usual)
