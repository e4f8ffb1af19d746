"""The HTTP API (docs/api.md)."""

from __future__ import annotations

from collections.abc import Callable

import azure.functions as func

from tocsin.services import Services
from tocsin.triggers import (
    http_access,
    http_alerts,
    http_audit,
    http_detect,
    http_devices,
    http_factors,
    http_feedback,
    http_health,
    http_incidents,
    http_keys,
    http_letters,
    http_limits,
    http_live,
    http_maintenance,
    http_metrics,
    http_models,
    http_notifications,
    http_performance,
    http_places,
    http_plans,
    http_rules,
    http_settings,
    http_targets,
    http_verdicts,
)
from tocsin.triggers.calls import AnyRoute, add_route
from tocsin.triggers.http_openapi import add_descriptions
from tocsin.triggers.no_route import add_no_route

ROUTES: tuple[AnyRoute, ...] = add_descriptions(
    (
        *http_factors.ROUTES,
        *http_health.ROUTES,
        *http_access.ROUTES,
        *http_keys.ROUTES,
        *http_live.ROUTES,
        *http_metrics.ROUTES,
        *http_models.ROUTES,
        *http_audit.ROUTES,
        *http_detect.ROUTES,
        *http_devices.ROUTES,
        *http_feedback.ROUTES,
        *http_limits.ROUTES,
        *http_alerts.ROUTES,
        *http_incidents.ROUTES,
        *http_verdicts.ROUTES,
        *http_letters.ROUTES,
        *http_maintenance.ROUTES,
        *http_notifications.ROUTES,
        *http_rules.ROUTES,
        *http_performance.ROUTES,
        *http_places.ROUTES,
        *http_plans.ROUTES,
        *http_settings.ROUTES,
        *http_targets.ROUTES,
    )
)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own
    for route in ROUTES:
        add_route(app, services, route)
    add_no_route(app, ROUTES)
    return app
