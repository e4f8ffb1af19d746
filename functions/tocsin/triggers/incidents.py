"""By the clock: what becomes of incidents, and who says nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.usecases.tend_incidents import tend_incidents as tend
from tocsin.usecases.watch_silence import watch_silence as watch

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions tend_incidents and watch_silence over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    # No retries: the next firing makes up for one that failed.
    @app.function_name("tend_incidents")
    @app.timer_trigger(arg_name="timer", schedule="*/10 * * * * *", use_monitor=False)
    async def tend_incidents(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        tended = await tend(services().incident_room)
        if tended.changed or tended.missed:
            log.info("Incidents: %d changed, %d sites wait", tended.changed, len(tended.missed))

    # No retries: the next firing makes up for one that failed.
    @app.function_name("watch_silence")
    @app.timer_trigger(arg_name="timer", schedule="20 * * * * *", use_monitor=False)
    async def watch_silence(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        wired = services()
        written = await watch(wired.incident_room, wired.listeners)
        if written:
            raised = sum(alert.change == "raised" for alert in written)
            log.info("Silence: %d raised, %d cleared", raised, len(written) - raised)

    return app
