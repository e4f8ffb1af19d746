"""What becomes of incidents by the clock."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.usecases.tend_incidents import tend_incidents as tend

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The function tend_incidents over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    # No retries: the next firing makes up for one that failed.
    @app.function_name("tend_incidents")
    @app.timer_trigger(arg_name="timer", schedule="*/10 * * * * *", use_monitor=False)
    async def tend_incidents(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        tended = await tend(services().incident_room)
        if tended.changed or tended.missed:
            log.info("Incidents: %d changed, %d sites wait", tended.changed, len(tended.missed))

    return app
