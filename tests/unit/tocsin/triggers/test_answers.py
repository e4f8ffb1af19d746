from __future__ import annotations

import json

import pytest

from tocsin.adapters.iothub import NotRegisteredError
from tocsin.domain.errors import (
    BusyError,
    DamagedDocumentError,
    DeliveryError,
    ForbiddenError,
    HubAwayError,
    InvalidProblemError,
    InvalidRequestError,
    NotFoundError,
    UnauthenticatedError,
)
from tocsin.triggers.answers import answer_error


@pytest.mark.parametrize(
    ("error", "status", "is_quoted"),
    [
        (InvalidRequestError("why"), 400, True),
        (InvalidProblemError("why"), 400, True),
        (UnauthenticatedError("why"), 401, True),
        (ForbiddenError("why"), 403, True),
        (NotFoundError("why"), 404, True),
        (BusyError("why"), 409, True),
        (HubAwayError("why"), 503, True),
        (DeliveryError("why"), 503, False),
        (NotRegisteredError("why"), 503, False),
        (DamagedDocumentError("why"), 500, False),
        (KeyError("why"), 500, False),
    ],
)
def test_an_error_is_answered_by_what_it_is_in_the_tree(
    error: Exception, status: int, is_quoted: bool
) -> None:
    answer = answer_error(error, "GET devices")
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    content = json.loads(answer.get_body())
    assert content.keys() == {"error"}
    assert ("why" in content["error"]) == is_quoted
