"""The change feed trigger: every stored alert, in the order in which they were written."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.domain.alerts import Alert
from tocsin.domain.errors import DamagedDocumentError
from tocsin.usecases.push_alerts import push_alerts as push

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The function push_alerts over *services*."""
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
    # For ever: the feed moves on when the retries end, and the alert would be seen by nobody.
    @app.retry(
        strategy="exponential_backoff",
        max_retry_count="-1",
        minimum_interval="00:00:01",
        maximum_interval="00:00:15",
    )
    async def push_alerts(documents: func.DocumentList) -> None:
        wired = services()
        await push(
            read_alerts(documents),
            live=wired.live,
            requests=wired.requests,
            now_ms=wired.now_ms(),
        )

    return app


def read_alerts(documents: Iterable[func.Document]) -> list[Alert]:
    """The alerts that were stored; a damaged document is logged and left out, since it would come
    again for ever, and hold up those behind it."""
    alerts: list[Alert] = []
    for document in documents:
        try:
            alerts.append(Alert.from_document(dict(document)))
        except DamagedDocumentError as error:
            log.error("An alert is shown to nobody: %s", error)  # noqa: TRY400 (told)
    return alerts
