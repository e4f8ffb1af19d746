"""What has alerts shown: the change feed, in the order of writing, and a sweep by the clock."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.services import Services
from tocsin.triggers.invocations import read_invocation
from tocsin.usecases.incidents.push_alerts import Outcome, sweep_alerts
from tocsin.usecases.incidents.push_alerts import push_alerts as push

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions push_alerts and sweep_alerts over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    @app.function_name("push_alerts")
    @app.cosmos_db_trigger(
        arg_name="documents",
        container_name="alerts",
        database_name="%COSMOS_DATABASE%",
        connection="CosmosDB",
        lease_container_name="leases",
        # An identity may write leases but not create their container: Bicep does.
        create_lease_container_if_not_exists=False,
        feed_poll_delay=250,
        # The SDK annotates a time, the extension reads a boolean.
        start_from_beginning=True,  # type: ignore[arg-type]
    )
    # A few times only: it fails on nothing that a service does, and the sweep shows what it left.
    @app.retry(
        strategy="exponential_backoff",
        max_retry_count="3",
        minimum_interval="00:00:01",
        maximum_interval="00:00:05",
    )
    async def push_alerts(documents: func.DocumentList, context: func.Context) -> None:
        changes, invocation = [dict(document) for document in documents], read_invocation(context)
        _tell("fed", await push(changes, services().doors, invocation))

    # No retries: the next firing makes up for one that failed.
    @app.function_name("sweep_alerts")
    @app.timer_trigger(arg_name="timer", schedule="*/10 * * * * *", use_monitor=False)
    async def sweep(timer: func.TimerRequest, context: func.Context) -> None:  # noqa: ARG001 (the indexer wants it)
        _tell("swept", await sweep_alerts(services().doors, read_invocation(context)))

    return app


def _tell(how: str, outcome: Outcome) -> None:
    if outcome.marks or outcome.sidelined:
        shown = sum("shownAt" in marks for marks in outcome.marks.values())
        log.info("Alerts %s: %d shown, %d sidelined", how, shown, outcome.sidelined)
