"""What has people told: the clock rings for every site, and the queue has each one served."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.domain.insights.log_about import about
from tocsin.domain.notifications.rings import parse_ring
from tocsin.services import Services
from tocsin.usecases.notifications.serve_site import ring_sites, serve_quietly

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions ring_sites and notify over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    # Two seconds after incidents are tended, so that what was announced goes out at once. No
    # retries: the next firing makes up for one that failed.
    @app.function_name("ring_sites")
    @app.timer_trigger(arg_name="timer", schedule="2,12,22,32,42,52 * * * * *", use_monitor=False)
    async def ring(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        wired = services()
        await ring_sites(wired.notify_room, wired.bell)

    # The name of the queue is in domain/notifications/rings.py too; a trigger takes no expression.
    # What fails because a service is away is logged, and rung for again: only a ring that cannot
    # be read, or a mistake of ours, comes into the poison queue.
    @app.function_name("notify")
    @app.queue_trigger(
        arg_name="message", queue_name="notifications", connection="AzureWebJobsStorage"
    )
    async def notify(message: func.QueueMessage) -> None:
        site_id = parse_ring(message.get_body())
        served = await serve_quietly(site_id, services().notify_room)
        if served.counts:
            log.info(
                "Notifications of site %s: %s", site_id, served.counts, extra=about(site=site_id)
            )

    return app
