"""By the clock: what becomes of incidents, who says nothing, and what explains it."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.services import Services
from tocsin.usecases.incidents.end_lost_alerts import end_lost_alerts as end_lost
from tocsin.usecases.incidents.tend_incidents import tend_incidents as tend
from tocsin.usecases.maintenance.announce_windows import announce_windows as announce
from tocsin.usecases.silence.explain_silences import explain_silences as explain
from tocsin.usecases.silence.watch_silence import watch_silence as watch

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions over *services*."""
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

    # No retries: the next firing makes up for one that failed.
    @app.function_name("announce_windows")
    @app.timer_trigger(arg_name="timer", schedule="5 * * * * *", use_monitor=False)
    async def announce_windows(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        wired = services()
        for announcement in await announce(wired.incident_room, wired.desks):
            log.info("Announced: %s", announcement.subject)

    # No retries: the next firing makes up for one that failed.
    @app.function_name("explain_silences")
    @app.timer_trigger(arg_name="timer", schedule="40 */5 * * * *", use_monitor=False)
    async def explain_silences(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        wired = services()
        await explain(wired.incident_room, wired.fleet, wired.feedback, wired.late_memory)

    # No retries: the next firing makes up for one that failed.
    @app.function_name("end_lost_alerts")
    @app.timer_trigger(arg_name="timer", schedule="50 */5 * * * *", use_monitor=False)
    async def end_lost_alerts(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        ended = await end_lost(services().incident_room, services().fleet)
        if ended:
            log.warning("Alerts without an end: %d incidents do not wait for it", len(ended))

    return app
