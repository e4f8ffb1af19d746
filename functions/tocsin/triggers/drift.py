"""The timer trigger: what is done by the clock."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.services import Services
from tocsin.usecases.models.measure_drift import measure_drift as measure

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The function measure_drift over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    @app.function_name("measure_drift")
    @app.timer_trigger(arg_name="timer", schedule="%DRIFT_SCHEDULE%", use_monitor=True)
    # A few times only: a measurement that fails is made up for by the next one.
    @app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:30")
    async def measure_drift(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        wired = services()
        records = await measure(
            wired.profiles.values(),
            references=wired.references,
            fleet=wired.fleet,
            drifts=wired.drifts,
            now_ms=wired.now_ms(),
        )
        for record in records:
            why = record.reason or f"{record.figure} by {record.largest}"
            log.info("Drift of %r: %s (%s)", record.profile, record.state, why)

    return app
