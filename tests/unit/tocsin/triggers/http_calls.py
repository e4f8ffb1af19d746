"""Calls of the app's HTTP functions, as a browser makes them through the platform."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from tests.fakes.services import Plant
from tests.unit.tocsin.domain.test_principal import ROLE, header
from tests.unit.tocsin.triggers.app_functions import functions_of

VIEWER = header(("name", "Ada"), (ROLE, "viewer"))
OPERATOR = header(("name", "Grace"), ("roles", "operator"))
NOBODY = header(("name", "Eve"), (ROLE, "guest"))


async def call(
    plant: Plant,
    name: str,
    *,
    principal: str | None = VIEWER,
    platform_auth: bool = True,
    route: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    body: object = None,
    content_type: str = "application/json",
) -> tuple[int, Any]:
    """Call one function as a browser would, through the platform; returns status and JSON."""
    request = func.HttpRequest(
        method="GET" if body is None else "POST",
        url=f"https://tocsin.example/api/{name}",
        headers={
            **({} if principal is None else {"X-MS-CLIENT-PRINCIPAL": principal}),
            **({} if body is None else {"Content-Type": content_type}),
        },
        params=params,
        route_params=route or {},
        body=body
        if isinstance(body, bytes)
        else b""
        if body is None
        else json.dumps(body).encode(),
    )
    function = functions_of(plant.services(platform_auth=platform_auth))[name]
    response = await function(request)
    assert response.mimetype == "application/json"
    return response.status_code, json.loads(response.get_body())
