"""The HTTP API of the factors on devices' thresholds (docs/api.md)."""

from __future__ import annotations

from dataclasses import asdict

from tocsin.domain.access.principal import VIEWER
from tocsin.triggers.api.answers import Listed, Output
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Nothing
from tocsin.triggers.api.site_query import AnySiteQuery
from tocsin.usecases.showing.find_named import check_shown_site
from tocsin.usecases.showing.show_factors import DeviceFactor, Source, show_factors


class FactorShown(Output):
    """What the threshold of the profile is multiplied by for a device, and by whose doing."""

    device_id: str
    site_id: str
    profile: str
    factor: float | None
    threshold: float | None
    source: Source
    learned_from: int
    learns_for: int | None
    set_by: str | None
    set_at: int | None


class FactorsShown(Listed):
    """The factor of each device."""

    factors: list[FactorShown]


async def list_factors(call: Call[AnySiteQuery, Nothing]) -> FactorsShown:
    """By how much each device's threshold differs from that of its profile."""
    services, site, seen = call.services, call.query.site, call.rights.sees
    devices = await services.fleet.devices(site)
    if site is not None and not devices:
        await check_shown_site(
            site, fleet=services.fleet, settings=services.site_settings, among=seen
        )
    found = await show_factors(
        [device for device in devices if device.site_id in seen],
        profiles=services.profiles,
        models=services.models,
        store=services.feedback,
        targets=await services.targets.current(),
    )
    return FactorsShown(factors=[_show(factor) for factor in found])


def _show(factor: DeviceFactor) -> FactorShown:
    return FactorShown(**asdict(factor))


ROUTES = (
    Route(
        "factors", "GET", "factors", VIEWER, AnySiteQuery, Nothing, {200: FactorsShown},
        list_factors,
    ),
)  # fmt: skip
