"""The HTTP API: whether the app can work, for probes (docs/api.md)."""

from __future__ import annotations

import logging

import azure.functions as func

from tocsin.domain.principal import ANYONE
from tocsin.triggers.answers import answer_json
from tocsin.triggers.calls import Call, Route
from tocsin.triggers.inputs import Nothing

log = logging.getLogger(__name__)


async def show_health(call: Call[Nothing, Nothing]) -> func.HttpResponse:
    # Whatever the reason, an unhealthy database is this answer's content, not its failure.
    try:
        await call.services.fleet.ping()
    except Exception as error:  # noqa: BLE001 (see above; the log has it whole)
        log.warning("Health: the database does not answer: %s", error)
        return answer_json({"status": "unhealthy", "database": "does not answer"}, status=503)
    return answer_json({"status": "healthy", "database": "answers"})


ROUTES = (Route("health", "GET", "health", ANYONE, Nothing, Nothing, show_health),)
