"""Calls of the app's HTTP functions, as a browser makes them through the platform."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
import msgspec

from tests.fakes.services import Plant
from tests.unit.tocsin.domain.access.test_principal import ID, ROLE, header, user
from tests.unit.tocsin.triggers.app_functions import functions_of
from tocsin.services import Services
from tocsin.triggers.api.answers import Problem
from tocsin.triggers.http import ROUTES

VIEWER = header(("name", "Ada"), (ROLE, "viewer"))
OPERATOR = header(("name", "Grace"), ("roles", "operator"))
ADMIN = header(("name", "Linus"), (ROLE, "admin"), (ID, "linus-1"))
# An operator who is kept from some sites, where a test says so.
ELSEWHERE = header(("name", "Eve"), ("roles", "operator"), (ID, "elsewhere"))
SWA_VIEWER = user("Ada", "viewer")
SWA_OPERATOR = user("Grace", "operator", "authenticated", "anonymous")
# The keys of every answer that is no success (RFC 9457).
PROBLEM = {"type", "title", "status", "detail"}
BY_NAME = {route.name: route for route in ROUTES}
NOBODY = header(("name", "Eve"), (ROLE, "guest"))


async def call(
    plant: Plant,
    name: str,
    *,
    principal: str | None = VIEWER,
    platform_auth: bool = True,
    route: Mapping[str, str] | None = None,
    params: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    body: object = None,
    content_type: str = "application/json",
) -> tuple[int, Any]:
    """Call one function as a browser would, through the platform; returns status and JSON.

    params: pairs instead of a mapping to give a parameter more than once.
    """
    response = await answer(
        plant.services(platform_auth=platform_auth),
        name,
        method="GET" if body is None else "POST",
        headers={
            **({} if principal is None else {"X-MS-CLIENT-PRINCIPAL": principal}),
            **({} if body is None else {"Content-Type": content_type}),
        },
        route=route or {},
        params=[*(params.items() if isinstance(params, Mapping) else params)],
        body=b""
        if body is None
        else body
        if isinstance(body, bytes)
        else json.dumps(body).encode(),
    )
    content = response.get_body()
    is_text = response.mimetype.startswith("text/")
    return response.status_code, content.decode() if is_text else json.loads(content)


async def answer(
    services: Services,
    name: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str],
    route: Mapping[str, str],
    params: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
) -> func.HttpResponse:
    """What one function answers to a request as the host hands it over: always as declared."""
    by_name: dict[str, list[str]] = {}
    for parameter, text in params:
        by_name.setdefault(parameter, []).append(text)
    request = func.HttpRequest(
        method=method,
        url=f"https://tocsin.example/api/{name}?{urlencode(params)}",
        headers=headers,
        # The host joins what is given more than once.
        params={parameter: ",".join(texts) for parameter, texts in by_name.items()},
        route_params=route,
        body=body,
    )
    response: func.HttpResponse = await functions_of(services)[name](request)
    check_answer(name, response)
    return response


def check_answer(name: str, response: func.HttpResponse) -> None:
    """Fails unless the answer is one that the route declares, or a problem."""
    status, content = response.status_code, response.get_body()
    route = BY_NAME.get(name)
    declared = None if route is None else route.answers.get(status)
    if declared is None:
        assert status >= 400
        assert response.mimetype == "application/problem+json"
        assert msgspec.json.decode(content, type=Problem).status == status
    elif isinstance(declared, str):
        assert response.mimetype == declared
    else:
        assert response.mimetype == "application/json"
        assert msgspec.json.decode(content, type=declared) is not None
