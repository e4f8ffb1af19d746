"""The HTTP API (docs/api.md)."""

from __future__ import annotations

from collections.abc import Callable

import azure.functions as func

from tocsin.services import Services
from tocsin.triggers.api.calls import AnyRoute, add_route
from tocsin.triggers.api.no_route import add_no_route
from tocsin.triggers.routes import (
    access,
    alerts,
    audit,
    detect,
    devices,
    factors,
    feedback,
    health,
    incidents,
    keys,
    letters,
    limits,
    live,
    maintenance,
    metrics,
    models,
    notifications,
    performance,
    places,
    plans,
    rules,
    settings,
    targets,
    verdicts,
)
from tocsin.triggers.routes.openapi import add_descriptions

# In the order in which the OpenAPI document shows them.
ROOMS = (
    factors,
    health,
    access,
    keys,
    live,
    metrics,
    models,
    audit,
    detect,
    devices,
    feedback,
    limits,
    alerts,
    incidents,
    verdicts,
    letters,
    maintenance,
    notifications,
    rules,
    performance,
    places,
    plans,
    settings,
    targets,
)
ROUTES: tuple[AnyRoute, ...] = add_descriptions(
    tuple(route for room in ROOMS for route in room.ROUTES)
)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own
    for route in ROUTES:
        add_route(app, services, route)
    add_no_route(app, ROUTES)
    return app
