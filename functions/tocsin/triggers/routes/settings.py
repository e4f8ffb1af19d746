"""The HTTP API of what operators set for a site (docs/api.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from tocsin.domain.access.principal import OPERATOR, VIEWER
from tocsin.domain.settings.site_settings import KINDS, Kind
from tocsin.triggers.api.calls import AnyRoute, Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.setting_patches import (
    LimitsOfSitePatch,
    OptimiserPatch,
    OverridesPatch,
    TasksPatch,
)
from tocsin.triggers.api.site_query import SiteQuery
from tocsin.triggers.outputs.settings import (
    LimitsOfSiteShown,
    OptimiserShown,
    OverridesShown,
    SettingShown,
    TasksShown,
)
from tocsin.usecases.settings.change_setting import change_setting, show_setting
from tocsin.usecases.showing.find_named import check_shown_site

PATCHES: Mapping[Kind, type[Input]] = {
    "optimiser": OptimiserPatch,
    "overrides": OverridesPatch,
    "tasks": TasksPatch,
    "limits": LimitsOfSitePatch,
}
SHOWN: Mapping[Kind, type[SettingShown]] = {
    "optimiser": OptimiserShown,
    "overrides": OverridesShown,
    "tasks": TasksShown,
    "limits": LimitsOfSiteShown,
}


def _make_show(kind: Kind) -> Callable[[Call[SiteQuery, Nothing]], Awaitable[SettingShown]]:
    async def show(call: Call[SiteQuery, Nothing]) -> SettingShown:
        """What is in force at a site, and who set it."""
        services, site_id = call.services, call.query.site
        shown = await show_setting(kind, site_id, services.site_settings)
        if shown["setAt"] is None:
            await check_shown_site(
                site_id,
                fleet=services.fleet,
                settings=services.site_settings,
                among=call.rights.sees,
            )
        return SHOWN[kind].read(shown)

    return show


def _make_change(kind: Kind) -> Callable[[Call[SiteQuery, Input]], Awaitable[SettingShown]]:
    async def change(call: Call[SiteQuery, Input]) -> SettingShown:
        """Change what is in force at a site, by a merge patch (RFC 7396)."""
        services = call.services
        changed = await change_setting(
            kind,
            call.query.site,
            msgspec.to_builtins(call.body),
            operator=call.principal.name,
            sources=services.sources,
            profiles=services.profiles,
            requests=services.requests,
            live=services.live,
            now_ms=services.now_ms,
            revision=call.revision,
        )
        return SHOWN[kind].read(changed)

    return change


def _list_routes(kind: Kind) -> tuple[AnyRoute, AnyRoute]:
    path, answers = f"settings/{kind}", {200: SHOWN[kind]}
    return (
        Route(f"show_{kind}", "GET", path, VIEWER, SiteQuery, Nothing, answers, _make_show(kind)),
        Route(
            f"change_{kind}", "PATCH", path, OPERATOR, SiteQuery, PATCHES[kind], answers,
            _make_change(kind), fails=frozenset({409}),
        ),
    )  # fmt: skip


ROUTES = tuple(route for kind in KINDS for route in _list_routes(kind))
