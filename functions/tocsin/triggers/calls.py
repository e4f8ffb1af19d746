"""What every HTTP function does besides its own work: who asks, may they, how to answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.domain.errors import DeliveryError, HubAwayError, InvalidRequestError, TocsinError
from tocsin.domain.principal import ForbiddenError, Principal, parse_principal
from tocsin.domain.telemetry import can_be_kept
from tocsin.triggers.answers import STATUS, problem

log = logging.getLogger(__name__)

MOST_BODY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a signed-in user."""

    request: func.HttpRequest
    services: Services
    principal: Principal

    def whole_number(self, name: str) -> int | None:
        """A query parameter; None where it is left out. Raises InvalidRequestError."""
        text = self.request.params.get(name)
        if text is None:
            return None
        try:
            return int(text)
        except ValueError as error:
            raise InvalidRequestError(f"{name} must be a whole number, not {text!r}") from error

    def body(self) -> Mapping[str, Any]:
        """The JSON object sent along. Raises InvalidRequestError.

        Its content type must say so: a form of another web site cannot, so nobody who is signed
        in can be made to send it.
        """
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in {"application/json", "application/merge-patch+json"}:
            raise InvalidRequestError("send JSON, with content-type application/json")
        raw = self.request.get_body()
        if len(raw) > MOST_BODY_BYTES:
            raise InvalidRequestError(f"the body has more than {MOST_BODY_BYTES} bytes")
        try:
            content = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise InvalidRequestError(f"the body is no JSON: {error}") from error
        if not isinstance(content, dict):
            raise InvalidRequestError("the body must be a JSON object")
        return content


Handler = Callable[[Call], Awaitable[func.HttpResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """A function ``name`` at *path*; ``role``: who may call it."""

    name: str
    path: str
    method: str
    role: str
    handler: Handler


def add_route(app: func.Blueprint, services: Callable[[], Services], route: Route) -> None:
    # Anonymous to the functions host: the platform's authentication stands before it.
    @app.function_name(route.name)
    @app.route(route.path, methods=[route.method], auth_level=func.AuthLevel.ANONYMOUS)
    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        return await _answered(req, services(), route)


async def _answered(req: func.HttpRequest, services: Services, route: Route) -> func.HttpResponse:
    try:
        principal = _principal(req, services)
        principal.must_be(route.role)
        return await route.handler(Call(req, services, principal))
    except HubAwayError as error:
        return problem(503, str(error))
    except DeliveryError as error:
        log.warning("%s", error)
        return problem(503, "a service that this needs does not answer just now; try again")
    except TocsinError as error:
        status = STATUS.get(type(error))
        if status is None:
            raise
        return problem(status, str(error))


def _principal(req: func.HttpRequest, services: Services) -> Principal:
    if not services.platform_auth:
        raise ForbiddenError(
            "the platform's authentication is off for this app, so no user can be trusted"
        )
    return parse_principal(req.headers.get("x-ms-client-principal"))


def named_site(call: Call) -> str:
    """The query parameter ``site``: nothing here is about all sites at once."""
    site_id: str | None = call.request.params.get("site")
    if site_id is None or not can_be_kept(site_id):
        raise InvalidRequestError("say which site, as ?site=NAME")
    return site_id
