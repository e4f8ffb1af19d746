"""The HTTP API of how often people are called (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tocsin.domain.access.principal import VIEWER
from tocsin.triggers.api.answers import Output
from tocsin.triggers.api.calls import AnyRoute, Call, Route
from tocsin.triggers.api.inputs import Nothing
from tocsin.triggers.api.site_query import SiteQuery
from tocsin.usecases.incidents.rate_alarms import rate_alarms
from tocsin.usecases.showing.find_named import check_shown_site


class PerformanceQuery(SiteQuery):
    """days: how far back."""

    days: Annotated[int, Meta(ge=1, le=90)] = 30


class NoisySourceShown(Output):
    """A source: a device and what is odd of it. Silence it with a maintenance window."""

    device_id: str
    what: str
    calls: int
    share_pct: float


class PerformanceShown(Output):
    """How often people were called between two times (ms), and by which sources.

    ``bars``: what each figure should at most be.
    """

    from_ms: int
    to_ms: int
    opened: int
    calls: int
    per_10_min: float
    worst_10_min: int
    flood_pct: float
    top10_pct: float
    sources: int
    chattering: int
    older_than_day: int
    noisiest: list[NoisySourceShown]
    bars: dict[str, float]


BARS = {
    "per10Min": 1.0,
    "worst10Min": 10.0,
    "floodPct": 1.0,
    "top10Pct": 5.0,
    "chattering": 0.0,
    "olderThanDay": 4.0,
}


async def show_performance(call: Call[PerformanceQuery, Nothing]) -> PerformanceShown:
    """How often people of a site were called."""
    services, site_id = call.services, call.query.site
    rating = await rate_alarms(site_id, call.query.days, services.incident_room)
    if not rating.opened:
        await check_shown_site(site_id, fleet=services.fleet, settings=services.site_settings)
    figures = rating.performance
    return PerformanceShown(
        from_ms=rating.from_ms,
        to_ms=rating.to_ms,
        opened=rating.opened,
        calls=figures.calls,
        per_10_min=figures.per_10_min,
        worst_10_min=figures.worst_10_min,
        flood_pct=figures.flood_pct,
        top10_pct=figures.top10_pct,
        sources=figures.sources,
        chattering=figures.chattering,
        older_than_day=rating.stale,
        noisiest=[
            NoisySourceShown(source.device_id, source.what, source.calls, source.share_pct)
            for source in figures.noisiest
        ],
        bars=BARS,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        "alarm_performance", "GET", "alarm-performance", VIEWER, PerformanceQuery, Nothing,
        {200: PerformanceShown}, show_performance,
    ),
)  # fmt: skip
