"""By the clock: what came late is judged once more."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.services import Services
from tocsin.usecases.lateness.judge_late import judge_late as judge

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The function judge_late over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    # No retries: the next firing makes up for one that failed.
    @app.function_name("judge_late")
    @app.timer_trigger(arg_name="timer", schedule="30 * * * * *", use_monitor=False)
    async def judge_late(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        written = await judge(services().late_desk)
        if written:
            raised = sum(alert.change == "raised" for alert in written)
            log.info("Late readings: %d alerts that are over", raised)

    return app
