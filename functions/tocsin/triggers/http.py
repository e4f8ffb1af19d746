"""The HTTP API. Every route but ``health`` wants a signed-in user (docs/api.md)."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.domain.errors import DeliveryError, InvalidRequestError
from tocsin.domain.fleet import UNASSIGNED_SITE
from tocsin.domain.principal import (
    VIEWER,
    ForbiddenError,
    Principal,
    UnauthenticatedError,
    parse_principal,
)
from tocsin.usecases.show_profiles import show_profiles
from tocsin.usecases.show_readings import DEFAULT_MAX, show_readings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a signed-in user."""

    request: func.HttpRequest
    services: Services
    principal: Principal


Handler = Callable[[Call], Awaitable[func.HttpResponse]]


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The API's functions over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    # Anonymous to the functions host: the platform's authentication stands before it.
    @app.function_name("health")
    @app.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 (the indexer wants it)
        return await _health(services())

    for name, route, handler in (
        ("negotiate", "negotiate", _negotiate),
        ("profiles", "profiles", _profiles),
        ("devices", "devices", _devices),
        ("device", "devices/{id}", _device),
        ("device_readings", "devices/{id}/readings", _readings),
    ):
        _add_route(app, services, name, route, handler)
    return app


def _add_route(
    app: func.Blueprint, services: Callable[[], Services], name: str, route: str, handler: Handler
) -> None:
    @app.function_name(name)
    @app.route(route, methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        return await _as_viewer(req, services(), handler)


async def _as_viewer(
    req: func.HttpRequest, services: Services, handler: Handler
) -> func.HttpResponse:
    try:
        principal = _principal(req, services)
        principal.must_be(VIEWER)
        return await handler(Call(req, services, principal))
    except UnauthenticatedError as error:
        return _problem(401, str(error))
    except ForbiddenError as error:
        return _problem(403, str(error))
    except InvalidRequestError as error:
        return _problem(400, str(error))
    except DeliveryError as error:
        log.warning("%s", error)
        return _problem(503, "live messages cannot be had just now; try again")


def _principal(req: func.HttpRequest, services: Services) -> Principal:
    if not services.platform_auth:
        raise ForbiddenError(
            "the platform's authentication is off for this app, so no user can be trusted"
        )
    return parse_principal(req.headers.get("x-ms-client-principal"))


async def _health(services: Services) -> func.HttpResponse:
    # Whatever the reason, an unhealthy database is this answer's content, not its failure.
    try:
        await services.fleet.ping()
    except Exception as error:  # noqa: BLE001 (see above; the log has it whole)
        log.warning("Health: the database does not answer: %s", error)
        return _json({"status": "unhealthy", "database": "does not answer"}, status=503)
    return _json({"status": "healthy", "database": "answers"})


async def _negotiate(call: Call) -> func.HttpResponse:
    sites = await call.services.fleet.sites()
    site = call.request.params.get("site") or (sites[0] if sites else UNASSIGNED_SITE)
    if sites and site not in sites:
        raise InvalidRequestError(f"there is no site {site!r}; there are {', '.join(sites)}")
    url = await call.services.live.client_url(call.principal.name, site)
    return _json({"url": url, "site": site, "sites": sites})


async def _profiles(call: Call) -> func.HttpResponse:
    wired = call.services
    return _json({"profiles": await show_profiles(wired.profiles.values(), drifts=wired.drifts)})


async def _devices(call: Call) -> func.HttpResponse:
    return _json({"devices": await call.services.fleet.devices(call.request.params.get("site"))})


async def _device(call: Call) -> func.HttpResponse:
    device_id = call.request.route_params["id"]
    document = await call.services.fleet.device(device_id)
    if document is None:
        return _problem(404, f"no device {device_id!r} has reported yet")
    return _json(document)


async def _readings(call: Call) -> func.HttpResponse:
    most = _whole_number(call.request, "max")
    shown = await show_readings(
        call.request.route_params["id"],
        from_t=_whole_number(call.request, "from"),
        to_t=_whole_number(call.request, "to"),
        most=DEFAULT_MAX if most is None else most,
        now_ms=call.services.now_ms(),
        fleet=call.services.fleet,
    )
    return _json(shown)


def _whole_number(req: func.HttpRequest, name: str) -> int | None:
    text = req.params.get(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError as error:
        raise InvalidRequestError(f"{name} must be a whole number, not {text!r}") from error


def _json(content: Any, status: int = 200) -> func.HttpResponse:  # noqa: ANN401 (any JSON)
    return func.HttpResponse(json.dumps(content), status_code=status, mimetype="application/json")


def _problem(status: int, text: str) -> func.HttpResponse:
    return _json({"error": text}, status=status)
