"""The HTTP API as a functions host serves it: every path and method answers in one shape."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from local.addresses import find_free_address
from local.endpoints import Endpoints
from tests.contract.functions_hosts import make_api_host
from tests.unit.tocsin.triggers.http_calls import ADMIN, PROBLEM
from tocsin.triggers.api.calls import AnyRoute
from tocsin.triggers.http import ROUTES

EXAMPLES = {"{id}": "rig-1", "{version:int}": "7"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    endpoints = Endpoints.free(find_free_address())
    folder: Path = tmp_path_factory.mktemp("api")
    child = make_api_host(endpoints, folder)
    child.start()
    yield f"http://{endpoints.address}:{endpoints.functions}"
    child.stop()


@pytest.fixture
async def http(address: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(address, headers={"x-ms-client-principal": ADMIN}) as session:
        yield session


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_each_route_is_reached_and_not_the_one_for_unknown_paths(
    http: ClientSession, route: AnyRoute
) -> None:
    path = "/".join(EXAMPLES.get(part, part) for part in route.path.split("/"))
    async with http.request(route.method, f"/api/{path}", params={"sight": "north"}) as answer:
        assert answer.status == 400
        assert (await answer.json())["detail"].startswith("the parameter 'sight' is unknown; ")


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "sights", 404, "there is no '/api/sights'; /api/docs shows all"),
        ("GET", "plans/soon?site=north", 404, "there is no '/api/plans/soon'; "),
        ("GET", "", 404, "there is no '/api/'; "),
        ("POST", "devices", 405, "'/api/devices' takes GET, not POST"),
        ("DELETE", "devices/rig-1", 405, "'/api/devices/rig-1' takes GET, not DELETE"),
        ("GET", "plans/run", 405, "'/api/plans/run' takes POST, not GET"),
        ("GET", "devices/rig-9/readings", 404, "no device 'rig-9' has reported yet"),
        ("GET", "devices/a%2Fb", 404, "no device 'a/b' has reported yet"),
        ("GET", "devices/a%0Ab", 404, "no device 'a\\nb' has reported yet"),
        ("GET", "devices?site=north&site=south", 400, "'site' is given more than once"),
        ("GET", "devices?site=nowhere", 400, "there is no site 'nowhere'; there are north"),
        ("GET", "alerts?state=closed", 400, "state must be open or all, not 'closed'"),
        ("POST", "plans/run?site=north", 415, "send JSON"),
    ],
)
async def test_what_cannot_be_served_says_so_in_one_shape(
    http: ClientSession, method: str, path: str, status: int, said: str
) -> None:
    async with http.request(method, f"/api/{path}") as answer:
        assert (answer.status, answer.content_type) == (status, "application/problem+json")
        content = await answer.json()
        assert set(content) == PROBLEM
        assert said in content["detail"]
        allowed = answer.headers.get("Allow")
    assert (allowed is not None) == (status == 405)


@pytest.mark.parametrize("body", [{"preview": "yes"}, {"preveiw": True}])
async def test_a_preview_misspelt_is_no_run(http: ClientSession, body: dict[str, object]) -> None:
    async with http.post("/api/plans/run?site=north", json=body) as answer:
        assert answer.status == 400
        assert next(iter(body)) in (await answer.json())["detail"]


async def test_served_routes_are_served(http: ClientSession) -> None:
    for path in ("health", "devices?site=north", "devices/rig-1/readings", "alerts?site=north"):
        async with http.get(f"/api/{path}") as answer:
            assert answer.status == 200, await answer.text()
