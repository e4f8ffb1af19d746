from __future__ import annotations

import json

import pytest

from tests.unit.tocsin.triggers.http_calls import PROBLEM
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
from tocsin.triggers.api.answers import answer_error, answer_problem


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
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    content = json.loads(answer.get_body())
    assert content.keys() == PROBLEM
    assert ("why" in content["detail"]) == is_quoted


def test_a_problem_says_what_its_status_is_and_what_was_wrong() -> None:
    answer = answer_problem(409, "someone else holds it", headers={"Retry-After": "1"})
    assert json.loads(answer.get_body()) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "someone else holds it",
    }
    assert answer.headers["Retry-After"] == "1"


def test_what_is_no_text_is_still_answered() -> None:
    answer = answer_problem(400, "the key '\ud800' is unknown")
    assert json.loads(answer.get_body())["detail"] == "the key '?' is unknown"
