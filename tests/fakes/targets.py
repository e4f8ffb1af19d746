"""How many false alerts are accepted, as it is set at this moment."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.domain.judging.alert_targets import AlertTargets, parse_alert_targets
from tocsin.domain.settings.site_settings import NO_SITE, content_of
from tocsin.usecases.ports.planning import SiteSettings

TARGETS = AlertTargets(0.5)


@dataclass
class FakeTargets:
    """The port TargetBook, without a memory of its own."""

    settings: SiteSettings

    async def current(self) -> AlertTargets:
        found = await self.settings.find_setting("alert-targets", NO_SITE)
        return parse_alert_targets(content_of(found), TARGETS.usual)
