"""The HTTP API; all but ``health`` wants a signed-in user (docs/api.md)."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.triggers import http_devices, http_live, http_plans, http_settings
from tocsin.triggers.answers import json_answer
from tocsin.triggers.calls import add_route

log = logging.getLogger(__name__)

ROUTES = (*http_live.ROUTES, *http_devices.ROUTES, *http_plans.ROUTES, *http_settings.ROUTES)


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    @app.function_name("health")
    @app.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 (the indexer wants it)
        return await _health(services())

    for route in ROUTES:
        add_route(app, services, route)
    return app


async def _health(services: Services) -> func.HttpResponse:
    # Whatever the reason, an unhealthy database is this answer's content, not its failure.
    try:
        await services.fleet.ping()
    except Exception as error:  # noqa: BLE001 (see above; the log has it whole)
        log.warning("Health: the database does not answer: %s", error)
        return json_answer({"status": "unhealthy", "database": "does not answer"}, status=503)
    return json_answer({"status": "healthy", "database": "answers"})
