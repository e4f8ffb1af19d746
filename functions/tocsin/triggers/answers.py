"""Answers of HTTP functions: JSON, and one shape for whatever goes wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from tocsin.domain.errors import (
    BusyError,
    ChangedMeanwhileError,
    DeliveryError,
    InvalidProblemError,
    InvalidRequestError,
    TocsinError,
)
from tocsin.domain.principal import ForbiddenError, UnauthenticatedError

STATUS: Mapping[type[TocsinError], int] = {
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    InvalidRequestError: 400,
    InvalidProblemError: 400,
    BusyError: 409,
    ChangedMeanwhileError: 409,
    DeliveryError: 503,
}


def json_answer(content: Any, status: int = 200) -> func.HttpResponse:  # noqa: ANN401 (any JSON)
    return func.HttpResponse(json.dumps(content), status_code=status, mimetype="application/json")


def problem(status: int, text: str) -> func.HttpResponse:
    return json_answer({"error": text}, status=status)
