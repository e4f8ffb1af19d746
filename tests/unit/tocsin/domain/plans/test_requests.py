"""A request in the queue comes out as it went in; anything else is refused by name."""

from __future__ import annotations

import json

import pytest

from tests.fakes.messages import NOW
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.plans.requests import Request, parse_request


def body(**changes: object) -> bytes:
    return json.dumps({"siteId": "north", "kind": "timer", "requestedAt": NOW, **changes}).encode()


def test_a_request_comes_out_as_it_went_in() -> None:
    request = Request("north", "alert", NOW, "alert of rig-1", {"rig-1": NOW - 5}, 7)
    assert parse_request(json.dumps(request.to_document()).encode()) == request
    assert parse_request(body()) == Request("north", "timer", NOW)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        body(kind="whim"),
        body(requestedAt="soon"),
        body(siteId=""),
        body(siteId=7),
        body(siteId="\ud800"),
        body(siteId="x" * 60_000),
        body(siteId=" north"),
        body(alerted=["rig-1"]),
        body(version="x"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        parse_request(text)
