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
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.addresses import find_free_address
from local.endpoints import Endpoints
from tests.contract.functions_hosts import make_api_host
from tests.unit.tocsin.triggers.http_calls import ADMIN
from tocsin.triggers.api.calls import AnyRoute
from tocsin.triggers.api.inputs import Nothing
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


def list_cases() -> Iterator[Any]:
    """Each route with what it takes, and with what it does not where that can be sent at all."""
    for route in ROUTES:
        takes_any = route.query.__struct_fields__ or route.body is not Nothing
        for mode in GenerationMode if takes_any else [GenerationMode.POSITIVE]:
            yield pytest.param(route, mode, id=f"{route.name}-{mode.name.lower()}")


# A test for each route by its name: all under one name, as the library makes them, are one test to
# workers that run side by side.
@pytest.mark.parametrize(("route", "mode"), [*list_cases()])
def test_no_answer_is_undocumented(route: AnyRoute, mode: GenerationMode, address: str) -> None:
    operation = SCHEMA["/api/" + route.path.replace(":int}", "}")][route.method]

    # So few that all routes together take seconds.
    @settings(max_examples=12, deadline=None, suppress_health_check=[*HealthCheck])
    @given(operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(
            base_url=address, headers={"x-ms-client-principal": ADMIN}, checks=CHECKS
        )

    check()
