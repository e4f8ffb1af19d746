"""Answers of HTTP functions: JSON, and one shape for whatever goes wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from tocsin.domain.errors import (
    BusyError,
    ChangedMeanwhileError,
    DeliveryError,
    ForbiddenError,
    HubAwayError,
    InvalidProblemError,
    InvalidRequestError,
    NotFoundError,
    RefusedError,
    UnauthenticatedError,
)

log = logging.getLogger(__name__)

STATUS: Mapping[type, int] = {  # of an error, or of the next above it in the tree
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    InvalidRequestError: 400,
    InvalidProblemError: 400,
    NotFoundError: 404,
    BusyError: 409,
    ChangedMeanwhileError: 409,
    HubAwayError: 503,
    RefusedError: 400,
    DeliveryError: 503,
}
# What such an error says of itself is for the log.
AWAY = "a service that this needs does not answer just now; try again"
REFUSED = "a service that this needs refuses it, and will refuse it again; the log says why"
MOST_LETTERS = 2_000


def answer_json(
    content: Any,  # noqa: ANN401 (any JSON)
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    return func.HttpResponse(
        json.dumps(content),
        status_code=status,
        headers=None if headers is None else dict(headers),
        mimetype="application/json",
    )


def shorten(text: str) -> str:
    """A text may quote what was sent, which may be long."""
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def answer_problem(
    status: int, text: str, *, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """The one shape of every answer that is no success."""
    return answer_json({"error": shorten(text)}, status=status, headers=headers)


def answer_error(error: Exception, what: str) -> func.HttpResponse:
    """Say what *error* means for whoever asked; *what* they asked for, in the log.

    What a caller can do nothing about is logged with its traceback and answered without details.
    """
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        log.error("%s failed", what, exc_info=error)
        return answer_problem(500, "this failed; the reason is in the log of the function app")
    if isinstance(error, DeliveryError) and not isinstance(error, HubAwayError):
        log.warning("%s: %s", what, error)
        return answer_problem(status, REFUSED if isinstance(error, RefusedError) else AWAY)
    return answer_problem(status, str(error))
