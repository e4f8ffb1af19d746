"""The served document is OpenAPI 3.1, and it has every route with all that it may answer."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import call
from tocsin.triggers.api.calls import AnyRoute
from tocsin.triggers.api.inputs import Nothing
from tocsin.triggers.api.openapi import describe_api, list_failures
from tocsin.triggers.http import ROUTES


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    # As it is sent: what is no JSON is no document.
    found: dict[str, Any] = json.loads(json.dumps(describe_api(ROUTES)))
    return found


def find_route(document: dict[str, Any], route: AnyRoute) -> dict[str, Any]:
    path = "/api/" + route.path.replace(":int}", "}")
    found: dict[str, Any] = document["paths"][path][route.method.lower()]
    return found


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_is_in_it_with_its_parameters_and_answers(
    document: dict[str, Any], route: AnyRoute
) -> None:
    described = find_route(document, route)
    assert described["operationId"] == route.name
    assert described["summary"], "the docstring of its handler says what it does"
    names = {(parameter["in"], parameter["name"]) for parameter in described["parameters"]}
    assert names == {
        *(("path", name) for name in re.findall(r"\{(\w+)", route.path)),
        *(("query", name) for name in route.query.__struct_encode_fields__),
        *([("header", "If-Match")] if route.takes_revision else []),
    }
    assert ("requestBody" in described) == (route.body is not Nothing)
    statuses = {int(status) for status in described["responses"]}
    assert statuses == route.answers.keys() | list_failures(route)


def test_it_has_nothing_but_the_routes(document: dict[str, Any]) -> None:
    assert sum(len(methods) for methods in document["paths"].values()) == len(ROUTES)


def test_schemas_have_names_of_their_own_and_tell_nothing_of_the_code(
    document: dict[str, Any],
) -> None:
    """Two records of one name would be called by where they stand in the code."""
    assert [name for name in document["components"]["schemas"] if not name.isalnum()] == []


def test_every_record_is_a_schema_and_every_reference_leads_to_one(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
        assert schema["description"]
    refs = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert refs <= schemas.keys()


async def test_it_is_served_to_everybody() -> None:
    status, content = await call(Plant(), "openapi", principal=None, platform_auth=False)
    assert (status, content["openapi"]) == (200, "3.1.0")


async def test_the_page_shows_every_route_and_loads_nothing() -> None:
    status, page = await call(Plant(), "docs", principal=None)
    assert status == 200
    for route in ROUTES:
        assert f"<details id='{route.name}'>" in page
    assert not re.search(r"<script|<link|<img|src=|url\(|@import|https?://", page)
    links = set(re.findall(r"href='#(\w+)'", page))
    assert links <= set(re.findall(r"id='(\w+)'", page))
