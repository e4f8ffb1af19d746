"""The timer and queue triggers that have sites planned."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial

import azure.functions as func

from tocsin.domain.errors import BusyError
from tocsin.domain.insights.log_about import about
from tocsin.domain.plans.requests import Request, parse_request
from tocsin.domain.plans.site_standing import Outcome
from tocsin.domain.tracing.shown_spans import list_plan_spans
from tocsin.domain.tracing.span import Stopwatch
from tocsin.services import Services
from tocsin.triggers.invocations import read_invocation
from tocsin.usecases.planning.rebalance_fleet import rebalance_fleet as every_site
from tocsin.usecases.planning.rebalance_site import rebalance_site

log = logging.getLogger(__name__)

# None: another run is under way, which says what becomes of it.
NO_NEWS: frozenset[Outcome | None] = frozenset({None, "unchanged", "covered", "followed-up"})
BUSY_S = 1  # until a request is taken up again whose site is being planned


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions rebalance_fleet and rebalance_on_request over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    # No retries: the next firing makes up for one that failed.
    @app.function_name("rebalance_fleet")
    @app.timer_trigger(arg_name="timer", schedule="%REBALANCE_SCHEDULE%", use_monitor=False)
    async def rebalance_fleet(timer: func.TimerRequest) -> None:  # noqa: ARG001 (the indexer wants it)
        wired = services()
        outcomes = await every_site(
            settings=wired.site_settings, rebalance=_rebalance_with(wired), now_ms=wired.now_ms
        )
        news = {site: outcome for site, outcome in outcomes.items() if outcome not in NO_NEWS}
        log.log(_choose_level(*outcomes.values()), "Rebalanced by the clock: %s", news)

    # The name of the queue is in domain/plans/requests.py too; a trigger takes no expression.
    @app.function_name("rebalance_on_request")
    @app.queue_trigger(
        arg_name="message", queue_name="rebalance-requests", connection="AzureWebJobsStorage"
    )
    async def rebalance_on_request(message: func.QueueMessage, context: func.Context) -> None:
        request, wired = parse_request(message.get_body()), services()
        watch = Stopwatch(time.time_ns)
        try:
            outcome = await _rebalance_with(wired)(request)
        except BusyError:
            # Asked again rather than failed: it must not count towards the poison queue.
            await wired.requests.put(request, delay_s=BUSY_S)
            return
        log.log(
            _choose_level(outcome),
            "Rebalanced site %s (%s): %s",
            request.site_id,
            request.kind,
            outcome,
            extra=about(site=request.site_id, trace=request.trace),
        )
        if request.trace is not None and wired.traces.share > 0:
            watch.lap("plan")
            spans = list_plan_spans(request, outcome, watch, read_invocation(context))
            wired.traces.record([*spans])

    return app


def _choose_level(*outcomes: Outcome | None) -> int:
    """A run that changed nothing is no news: in Azure each line is paid for. The site's standing
    tells when it was looked at last."""
    return logging.DEBUG if NO_NEWS.issuperset(outcomes) else logging.INFO


def _rebalance_with(wired: Services) -> Callable[[Request], Awaitable[Outcome]]:
    return partial(
        rebalance_site,
        leases=wired.leases,
        sources=wired.sources,
        dispatch=wired.dispatch,
        planner=wired.planner,
    )
