"""Unknown paths and methods, and failures nobody foresaw, answer in the one shape of errors."""

from __future__ import annotations

import json
import logging
from typing import Any

import azure.functions as func
import pytest

from local.standins.functions_host.web.templates import parse_route
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_from
from tests.unit.tocsin.triggers.http_calls import PROBLEM, VIEWER, answer, call
from tocsin.triggers.api.no_route import NAME
from tocsin.triggers.http import ROUTES

EXAMPLES = {"{id}": "rig-1", "{version:int}": "7"}


async def ask(path: str, method: str = "GET") -> tuple[int, Any, str | None]:
    """Status, content and the header Allow."""
    found = await answer(
        Plant().services(), NAME, method=method, headers={}, route={"path": path} if path else {}
    )
    return found.status_code, json.loads(found.get_body()), found.headers.get("Allow")


@pytest.mark.parametrize(
    "path", ["", "sites", "plans/soon", "devices/a/b/c", "plans/99999999999", "x" * 999]
)
async def test_an_unknown_path_is_named(path: str) -> None:
    status, content, allow = await ask(path)
    assert (status, set(content), allow) == (404, PROBLEM, None)
    assert content["detail"].startswith(f"there is no '/api/{path[:80]}")
    assert content["detail"].endswith("; /api/docs shows all that there is")
    assert len(content["detail"]) < 300


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "devices", "GET"),
        ("DELETE", "devices/rig-1", "GET"),
        ("PUT", "Devices/rig-1/readings/", "GET"),
        ("HEAD", "health", "GET"),
        ("GET", "plans/run", "POST"),
        ("POST", "plans/7", "GET"),
        ("PUT", "settings/tasks", "GET, PATCH"),
    ],
)
async def test_a_known_path_says_which_methods_it_takes(
    method: str, path: str, allowed: str
) -> None:
    status, content, allow = await ask(path, method)
    assert (status, allow) == (405, allowed)
    assert content["detail"] == f"'/api/{path}' takes {allowed}, not {method}"


def test_no_route_takes_a_path_before_the_one_that_is_meant() -> None:
    """As the real host looks for it: by the names of functions, not by what is more exact."""
    in_order = sorted(
        [*((route.name, route.method, parse_route(route.path)) for route in ROUTES),
         (NAME, None, parse_route("{*path}"))],
        key=lambda named: named[0].upper(),
    )  # fmt: skip
    for wanted in ROUTES:
        path = "/".join(EXAMPLES.get(part, part) for part in wanted.path.split("/"))
        found = next(
            name
            for name, method, route in in_order
            if method in {None, wanted.method} and route.match(path) is not None
        )
        assert found == wanted.name
    assert in_order[-1][0] == NAME


@pytest.mark.parametrize(
    ("name", "route"), [("devices", {}), ("device", {"id": "rig-1"}), ("alerts", {})]
)
async def test_an_unforeseen_failure_is_logged_whole_and_answered_without_details(
    name: str, route: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    plant = Plant()
    plant.store.away = True
    with caplog.at_level(logging.ERROR):
        status, content = await call(plant, name, route=route)
    assert (status, set(content)) == (500, PROBLEM)
    assert "database is away" not in content["detail"]
    (record,) = caplog.records
    assert record.exc_info is not None
    assert "GET " in record.getMessage()
    assert "the database is away" in caplog.text


async def test_services_that_cannot_be_built_are_answered_too() -> None:
    def fail() -> Any:  # noqa: ANN401 (never returns)
        raise ValueError("a setting is missing")

    for name in ("health", "devices"):
        found = await functions_from(fail)[name](make_request())
        assert found.status_code == 500
        assert "setting" not in found.get_body().decode()


def make_request() -> func.HttpRequest:
    return func.HttpRequest(
        method="GET", url="https://tocsin.example/api/x", body=b"",
        headers={"x-ms-client-principal": VIEWER},
    )  # fmt: skip
