"""What can be asked: a token, as Functions and App Service hand it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from local.identities.tokens import Tokens, find_client_id
from local.standins.identity.errors import RefusedError

API_VERSION: Final = "2019-08-01"
PATH: Final = "/msi/token"


def list_routes(tokens: Tokens, secrets: Mapping[str, str]) -> list[web.RouteDef]:
    """*secrets*: by the ``X-IDENTITY-HEADER`` of a process the identity that it has."""

    async def give_token(request: web.Request) -> web.Response:
        return _give_token(request, tokens, secrets)

    async def refuse(request: web.Request) -> web.Response:
        raise RefusedError(501, "not_supported", f"{request.method} {request.path}")

    return [web.get(PATH, give_token), web.route("*", "/{path:.*}", refuse)]


def _give_token(request: web.Request, tokens: Tokens, secrets: Mapping[str, str]) -> web.Response:
    who = secrets.get(request.headers.get("X-IDENTITY-HEADER", ""))
    if who is None:
        raise RefusedError(401, "unauthorized", "X-IDENTITY-HEADER is not that of a process here")
    if request.query.get("api-version") != API_VERSION:
        raise RefusedError(400, "invalid_request", f"api-version must be {API_VERSION}")
    resource = request.query.get("resource", "")
    if not resource:
        raise RefusedError(400, "invalid_request", "resource is missing")
    client_id = request.query.get("client_id")
    if client_id is not None and client_id != find_client_id(who):
        raise RefusedError(400, "invalid_client", f"this process does not have {client_id}")
    token, ends = tokens.issue(who, resource)
    return web.json_response(
        {
            "access_token": token, "expires_on": str(ends), "resource": resource,
            "token_type": "Bearer", "client_id": find_client_id(who),
        }
    )  # fmt: skip
