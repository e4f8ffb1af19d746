"""Every route of the API, its administration and the front door, asked by every kind of caller."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
from asyncio import Event
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from local import services
from local.endpoints import Endpoints
from local.processes import Child
from local.standins.front_door.proxy import ApiProxy
from local.standins.front_door.routes import list_routes as list_front_door_routes
from local.standins.functions_host.invocations.invocation import Invoker
from local.standins.functions_host.routes import list_routes as list_host_routes
from local.standins.functions_host.web.admin import Administration
from local.standins.functions_host.web.endpoints import FunctionRoutes
from tests.contract.functions_hosts import APPS, make_api_host
from tests.contract.raw_http import make_request, read_status
from tests.contract.route_tables import (
    ADMINISTRATION,
    ADMINISTRATION_WITH_KEYS,
    API_AT_THE_FRONT_DOOR,
    API_AT_THE_HOST,
    FRONT_DOOR,
    PAGE,
    Line,
)
from tests.fakes.keys_of_people import KEY_TEXTS
from tests.paths import ROOT
from tests.unit.tocsin.domain.access.test_principal import ROLE, header
from tests.unit.tocsin.triggers.http_calls import (
    ADMIN,
    ELSEWHERE,
    OPERATOR,
    SWA_OPERATOR,
    SWA_VIEWER,
    VIEWER,
)

EVIL = "evil.example"
JSON = {"Content-Type": "application/json"}
PRINCIPAL = "X-MS-CLIENT-PRINCIPAL"
SIGNED_OUT = {"Cookie": "tocsin-local-user=none"}

# Says it is an operator, but not in a claim that holds roles.
NO_ROLE = base64.b64encode(
    json.dumps(
        {
            "name_typ": "name",
            "role_typ": "roles",
            "claims": [{"typ": "name", "val": "operator"}, {"typ": "role", "val": "operator"}],
        }
    ).encode()
).decode()
# Both shapes at once: the platform sends none like it.
MIXED = header(("name", "operator"), (ROLE, "admin"), userRoles=["admin"])
NAMES = {f"{PRINCIPAL}-NAME": "operator", f"{PRINCIPAL}-ID": "1", f"{PRINCIPAL}-ROLES": "operator"}

KEYS = {name: {"X-Api-Key": text} for name, text in KEY_TEXTS.items()}

AT_THE_HOST: dict[str, dict[str, str]] = {
    "nobody": {},
    "malformed": {PRINCIPAL: "not base64!"},
    "forged": {PRINCIPAL: NO_ROLE, **NAMES},
    "viewer": {PRINCIPAL: VIEWER},
    "operator": {PRINCIPAL: OPERATOR},
    "admin": {PRINCIPAL: ADMIN},
    "elsewhere": {PRINCIPAL: ELSEWHERE},
    "swa-viewer": {PRINCIPAL: SWA_VIEWER},
    "swa-operator": {PRINCIPAL: SWA_OPERATOR},
    "mixed": {PRINCIPAL: MIXED},
    **KEYS,
}
AT_THE_FRONT_DOOR: dict[str, dict[str, str]] = {
    "nobody": SIGNED_OUT,
    "malformed": {"Cookie": "tocsin-local-user=king"},
    "forged": {**SIGNED_OUT, PRINCIPAL: OPERATOR, **NAMES},
    "viewer": {"Cookie": "tocsin-local-user=viewer", PRINCIPAL: OPERATOR},
    "operator": {"Cookie": "tocsin-local-user=operator"},
    "admin": {"Cookie": "tocsin-local-user=admin"},
    # Whoever is signed in in the same browser: the key decides.
    **{name: {"Cookie": "tocsin-local-user=admin", **headers} for name, headers in KEYS.items()},
}


@pytest.fixture(scope="module")
def api(endpoints: Endpoints, state: Path, front_door: Child) -> Iterator[Endpoints]:
    """Where the functions over fakes and the front door before them listen."""
    assert front_door.running
    child = make_api_host(endpoints, state)
    child.start()
    yield endpoints
    child.stop()


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Endpoints, Path]]:
    """An app that asks for keys, and the folder of them."""
    folder = tmp_path_factory.mktemp("keyed")
    endpoints = Endpoints.free("127.0.0.1")
    child = services.make_functions_host(endpoints, folder, app=APPS / "web", env={})
    child.command += ["--state", str(folder)]
    child.start()
    yield endpoints, folder / "secrets"
    child.stop()


def ask_as_each(
    endpoints: Endpoints, port: str, line: Line, credentials: dict[str, dict[str, str]]
) -> dict[str, int]:
    """The status that each caller of the table gets."""
    own = f"{endpoints.address}:{endpoints.ports()[port]}"
    method = "GET" if line.method == "*" else line.method
    statuses = {}
    for caller in line.statuses:
        headers = {"Host": own, **credentials.get(caller, credentials["operator"])}
        if caller == "alien-host":
            headers["Host"] = EVIL
        if caller == "alien-origin":
            headers["Origin"] = f"http://{EVIL}"
        body = b"{}" if method in {"POST", "PUT", "PATCH"} else b""
        if body:
            headers |= JSON
        request = make_request(method, line.target, headers, body)
        statuses[caller] = read_status(endpoints, port, request)
    return statuses


def under_api(line: Line) -> Line:
    return Line(line.method, line.route, f"/api/{line.target}", line.statuses)


@pytest.mark.parametrize("line", PAGE, ids=str)
def test_the_page_at_the_functions_host(api: Endpoints, line: Line) -> None:
    assert ask_as_each(api, "functions", line, AT_THE_HOST) == line.statuses


@pytest.mark.parametrize("line", API_AT_THE_HOST, ids=str)
def test_the_api_at_the_functions_host(api: Endpoints, line: Line) -> None:
    assert ask_as_each(api, "functions", under_api(line), AT_THE_HOST) == line.statuses


@pytest.mark.parametrize("line", API_AT_THE_FRONT_DOOR, ids=str)
def test_the_api_at_the_front_door(api: Endpoints, line: Line) -> None:
    assert ask_as_each(api, "front", under_api(line), AT_THE_FRONT_DOOR) == line.statuses


@pytest.mark.parametrize("line", FRONT_DOOR, ids=str)
def test_the_front_door_itself(api: Endpoints, line: Line) -> None:
    assert ask_as_each(api, "front", line, AT_THE_FRONT_DOOR) == line.statuses


@pytest.mark.parametrize("line", ADMINISTRATION, ids=str)
def test_the_administration(api: Endpoints, line: Line) -> None:
    assert ask_as_each(api, "functions", line, AT_THE_HOST) == line.statuses


@pytest.mark.parametrize("line", ADMINISTRATION_WITH_KEYS, ids=str)
def test_the_administration_of_an_app_with_keys(keyed: tuple[Endpoints, Path], line: Line) -> None:
    endpoints, secrets = keyed
    master = json.loads((secrets / "host.json").read_text("utf-8"))["masterKey"]["value"]
    own = json.loads((secrets / "keyed.json").read_text("utf-8"))["keys"][0]["value"]
    credentials = {
        "nobody": {},
        "malformed": {"x-functions-key": "\udcff\udce9"},
        "forged": {"x-functions-key": master[::-1]},
        "viewer": {"x-functions-key": own},
        "operator": {"x-functions-key": master},
    }
    assert ask_as_each(endpoints, "functions", line, credentials) == line.statuses


# ── no route without a line ──────────────────────────────────────────────────────────────────


def test_every_http_function_of_the_product_has_a_line() -> None:
    spec = importlib.util.spec_from_file_location("product", ROOT / "functions/function_app.py")
    assert spec is not None
    assert spec.loader is not None
    product = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(product)
    found = [
        f"{method} {trigger['route']}"
        for trigger in map(_describe_trigger, product.app.get_functions())
        if trigger["type"] == "httpTrigger"
        for method in trigger.get("methods") or ["*"]
    ]
    api = [f"{line.method} api/{line.route}" for line in API_AT_THE_HOST]
    assert sorted(found) == sorted([*api, *(line.name for line in PAGE)])


def _describe_trigger(function: Any) -> dict[str, Any]:  # noqa: ANN401 - the SDK has no name for it
    trigger: dict[str, Any] = function.get_trigger().get_dict_repr()
    return trigger


def test_every_route_of_the_front_door_has_a_line() -> None:
    routes = list_front_door_routes(ApiProxy("http://127.0.0.1:7071"))
    assert name_routes(routes) == sorted(line.name for line in FRONT_DOOR)


def test_every_route_of_the_functions_host_has_a_line() -> None:
    invoker = Invoker(timeout=None, default_retry=None, threads=1, stopping=Event())
    administration = Administration([], host_id="", extension_bundle={}, keys=None, invoker=invoker)
    routes = list_host_routes(administration, FunctionRoutes([], None, invoker))
    invoker.close()
    for table in (ADMINISTRATION, ADMINISTRATION_WITH_KEYS):
        assert name_routes(routes) == sorted(line.name for line in table)


def name_routes(routes: Iterable[web.AbstractRouteDef]) -> list[str]:
    """Method and path of each, as the tables write them."""
    found = [route for route in routes if isinstance(route, web.RouteDef)]
    return sorted(f"{route.method} {re.sub(r':[^}]+', '', route.path)}" for route in found)
