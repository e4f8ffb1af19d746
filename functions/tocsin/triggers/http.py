"""The HTTP API of what is measured; all but ``health`` wants a signed-in user (docs/api.md)."""

from __future__ import annotations

import logging
from collections.abc import Callable

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.fleet import UNASSIGNED_SITE
from tocsin.domain.principal import VIEWER
from tocsin.triggers.calls import Call, Route, add_route, json_answer, problem
from tocsin.usecases.show_profiles import show_profiles
from tocsin.usecases.show_readings import DEFAULT_MAX, show_readings

log = logging.getLogger(__name__)


def blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The functions over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    @app.function_name("health")
    @app.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 (the indexer wants it)
        return await _health(services())

    for name, path, handler in (
        ("negotiate", "negotiate", _negotiate),
        ("profiles", "profiles", _profiles),
        ("devices", "devices", _devices),
        ("device", "devices/{id}", _device),
        ("device_readings", "devices/{id}/readings", _readings),
    ):
        add_route(app, services, Route(name, path, "GET", VIEWER, handler))
    return app


async def _health(services: Services) -> func.HttpResponse:
    # Whatever the reason, an unhealthy database is this answer's content, not its failure.
    try:
        await services.fleet.ping()
    except Exception as error:  # noqa: BLE001 (see above; the log has it whole)
        log.warning("Health: the database does not answer: %s", error)
        return json_answer({"status": "unhealthy", "database": "does not answer"}, status=503)
    return json_answer({"status": "healthy", "database": "answers"})


async def _negotiate(call: Call) -> func.HttpResponse:
    sites = await call.services.fleet.sites()
    site = call.request.params.get("site") or (sites[0] if sites else UNASSIGNED_SITE)
    if sites and site not in sites:
        raise InvalidRequestError(f"there is no site {site!r}; there are {', '.join(sites)}")
    url = await call.services.live.client_url(call.principal.name, site)
    return json_answer({"url": url, "site": site, "sites": sites})


async def _profiles(call: Call) -> func.HttpResponse:
    wired = call.services
    shown = await show_profiles(wired.profiles.values(), drifts=wired.drifts)
    return json_answer({"profiles": shown})


async def _devices(call: Call) -> func.HttpResponse:
    site = call.request.params.get("site")
    devices = await call.services.fleet.devices(site)
    return json_answer({"devices": [device.to_document() for device in devices]})


async def _device(call: Call) -> func.HttpResponse:
    device_id = call.request.route_params["id"]
    device = await call.services.fleet.device(device_id)
    if device is None:
        return problem(404, f"no device {device_id!r} has reported yet")
    return json_answer(device.to_document())


async def _readings(call: Call) -> func.HttpResponse:
    most = call.whole_number("max")
    shown = await show_readings(
        call.request.route_params["id"],
        from_t=call.whole_number("from"),
        to_t=call.whole_number("to"),
        most=DEFAULT_MAX if most is None else most,
        now_ms=call.services.now_ms(),
        fleet=call.services.fleet,
    )
    return json_answer(shown)
