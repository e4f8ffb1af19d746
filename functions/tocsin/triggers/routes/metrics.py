"""The HTTP API: figures for a monitoring system (docs/api.md)."""

from __future__ import annotations

from tocsin.domain.access.principal import VIEWER
from tocsin.domain.insights.metrics import MEDIA_TYPE, write_exposition
from tocsin.triggers.api.answers import Answer
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Nothing
from tocsin.triggers.routes.health import look_at_health
from tocsin.usecases.health.gather_metrics import gather_metrics


async def show_metrics(call: Call[Nothing, Nothing]) -> Answer:
    """Figures of fleet and pipeline, for Prometheus."""
    services = call.services
    gauges = await gather_metrics(
        await look_at_health(services),
        fleet=services.fleet,
        models=services.models,
        profiles=services.profiles.values(),
        seen=call.rights.sees,
        now_ms=services.now_ms(),
    )
    return Answer(write_exposition(gauges), mimetype=MEDIA_TYPE)


ROUTES = (
    Route("metrics", "GET", "metrics", VIEWER, Nothing, Nothing, {200: MEDIA_TYPE}, show_metrics),
)
