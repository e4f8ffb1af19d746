"""The timer and queue triggers that have sites planned."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.domain.errors import BusyError
from tocsin.domain.requests import parse_request
from tocsin.usecases.rebalance_fleet import rebalance_fleet as every_site
from tocsin.usecases.rebalance_site import rebalance_site

log = logging.getLogger(__name__)

BUSY_S = 1  # until a request is taken up again whose site is being planned


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions rebalance_fleet and rebalance_on_request over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    # No retries: the next firing makes up for one that failed.
    @app.function_name("rebalance_fleet")
    @app.timer_trigger(arg_name="timer", schedule="%REBALANCE_SCHEDULE%", use_monitor=False)
    async def rebalance_fleet(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        outcomes = await every_site(services().sites)
        log.info("Rebalanced by the clock: %s", outcomes)

    # The name of the queue is in domain/requests.py too; a trigger takes no expression.
    @app.function_name("rebalance_on_request")
    @app.queue_trigger(
        arg_name="message", queue_name="rebalance-requests", connection="AzureWebJobsStorage"
    )
    async def rebalance_on_request(message: func.QueueMessage) -> None:
        request, sites = parse_request(message.get_body()), services().sites
        try:
            outcome = await rebalance_site(request, sites)
        except BusyError:
            # Asked again rather than failed: it must not count towards the poison queue.
            await sites.requests.put(request.document(), delay_s=BUSY_S)
            return
        log.info("Rebalanced site %s (%s): %s", request.site_id, request.kind, outcome)

    return app
