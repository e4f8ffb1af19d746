"""Writes of one partition, all or none, on the condition that its board is the one that was read.

So whoever decides from what is stored decides alone, without a lease that could be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.failures import judge_status, tell_apart
from tocsin.domain.errors import ChangedMeanwhileError, DeliveryError, RefusedError
from tocsin.usecases.ports.documents import Document

CHANGED_STATUS = frozenset({404, 409, 412})


async def write_fenced(
    container: Container,
    site_id: str,
    board: Document,
    mark: str | None,
    writes: Sequence[Any],
    *,
    what: str,
) -> str:
    """Replace *board*, as it was read with *mark* (None: there was none), and do *writes*.

    Returns the mark after that. *what* is changed, in words. Raises ChangedMeanwhileError,
    DeliveryError, RefusedError.
    """
    fence = (
        ("create", (dict(board),))
        if mark is None
        else ("replace", (board["id"], dict(board)), {"if_match_etag": mark})
    )
    try:
        with tell_apart(f"a change of {what} is not kept"):
            results = await container.execute_item_batch([fence, *writes], partition_key=site_id)
    except (DeliveryError, RefusedError) as error:
        raise _explain(error, f"the {what} of {site_id!r} changed meanwhile") from error
    return str(results[0]["eTag"])


def _explain(error: Exception, changed: str) -> Exception:
    """A batch says of the board, its first write, whether somebody else was quicker."""
    cause = error.__cause__
    if isinstance(cause, CosmosBatchOperationError):
        statuses = [int(result["statusCode"]) for result in cause.operation_responses]
        if statuses[0] in CHANGED_STATUS:
            return ChangedMeanwhileError(changed)
        failed = next((status for status in statuses if status not in {200, 201, 204, 424}), 400)
        return judge_status(failed)(str(error))
    if isinstance(cause, CosmosHttpResponseError) and cause.status_code in CHANGED_STATUS - {404}:
        return ChangedMeanwhileError(changed)
    return error
