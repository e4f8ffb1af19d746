"""The API held against its own OpenAPI document: whatever that allows, and what it does not.

No answer is a failure of the server, and none is of a status, a media type or a shape that the
document does not have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.addresses import find_free_address
from local.endpoints import Endpoints
from tests.contract.functions_hosts import make_api_host
from tests.unit.tocsin.triggers.http_calls import ADMIN
from tocsin.triggers.api.openapi import describe_api
from tocsin.triggers.http import ROUTES

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
TEXT = json.dumps(describe_api(ROUTES))
# A copy of its own: what is made of it is no longer what was described.
SCHEMA = schemathesis.openapi.from_dict(json.loads(TEXT))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    endpoints = Endpoints.free(find_free_address())
    folder: Path = tmp_path_factory.mktemp("openapi")
    child = make_api_host(endpoints, folder)
    child.start()
    yield f"http://{endpoints.address}:{endpoints.functions}"
    child.stop()


def test_what_is_served_is_the_document_of_the_routes(address: str) -> None:
    with urlopen(f"{address}/api/openapi.json", timeout=10) as answer:
        assert json.load(answer) == json.loads(TEXT)


# So few that all routes together take seconds; each run draws others.
@SCHEMA.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=[*HealthCheck])
def test_no_answer_is_undocumented(case: schemathesis.Case[Any], address: str) -> None:
    case.call_and_validate(
        base_url=address, headers={"x-ms-client-principal": ADMIN}, checks=CHECKS
    )
