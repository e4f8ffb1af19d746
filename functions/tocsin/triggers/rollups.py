"""The change feed trigger: every stored message, to be rolled up, and noted where it came late."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import azure.functions as func

from tocsin.domain.charts.rollup_progress import Arrival
from tocsin.domain.errors import DamagedDocumentError
from tocsin.services import Services
from tocsin.usecases.lateness.note_late import note_late
from tocsin.usecases.rollups import roll_up as usecase

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The function roll_up over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    @app.function_name("roll_up")
    @app.cosmos_db_trigger(
        arg_name="documents",
        container_name="readings",
        database_name="%COSMOS_DATABASE%",
        connection="CosmosDB",
        lease_container_name="leases",
        # Another follower of a feed must not share the leases of push_alerts.
        lease_container_prefix="rollup-",
        create_lease_container_if_not_exists=False,
        # Nobody waits for it: the newest minutes are shown from the readings themselves.
        feed_poll_delay=5_000,
        max_items_per_invocation=500,
        # The SDK annotates a time, the extension reads a boolean.
        start_from_beginning=True,  # type: ignore[arg-type]
    )
    # For ever: the feed moves on when the retries end, and the rollups would have a hole.
    @app.retry(
        strategy="exponential_backoff",
        max_retry_count="-1",
        minimum_interval="00:00:01",
        maximum_interval="00:00:15",
    )
    async def roll_up(documents: func.DocumentList) -> None:
        wired = services()
        await note_late(map(dict, documents), wired.late_notes, now_ms=wired.now_ms())
        await usecase.roll_up(
            read_arrivals(documents), rollups=wired.rollups, memory=wired.rollup_memory
        )

    return app


def read_arrivals(documents: Iterable[func.Document]) -> list[Arrival]:
    """The messages that were stored; a damaged document is logged and left out, since it would come
    again for ever, and hold up those behind it."""
    arrivals: list[Arrival] = []
    for document in documents:
        try:
            arrivals.append(Arrival.from_document(dict(document)))
        except DamagedDocumentError as error:
            log.error("A message is not rolled up: %s", error)  # noqa: TRY400 (told)
    return arrivals
