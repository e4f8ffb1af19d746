"""What can be asked: to take telemetry."""

from __future__ import annotations

import json

from aiohttp import web

from local.standins.insights.callers import Callers
from local.standins.insights.errors import ItemError, RefusedError
from local.standins.insights.items import StoredPoint, StoredSpan, read_item
from local.standins.insights.state import TelemetryFiles


def list_routes(
    files: TelemetryFiles, callers: Callers, *, instrumentation_key: str
) -> list[web.RouteDef]:
    async def track(request: web.Request) -> web.Response:
        callers.check(request)
        return await _track(request, files, instrumentation_key)

    async def refuse(request: web.Request) -> web.Response:
        raise RefusedError(
            501,
            f"{request.method} {request.path} is not supported by the stand-in of Application"
            " Insights; see local/COVERAGE.md for what is",
        )

    return [web.post("/{version}/track", track), web.route("*", "/{path:.*}", refuse)]


async def _track(
    request: web.Request, files: TelemetryFiles, instrumentation_key: str
) -> web.Response:
    """200 where all items are taken, 206 where some are, 400 where none is."""
    items = await _read_items(request)
    records: list[StoredSpan | StoredPoint] = []
    errors: list[dict[str, object]] = []
    for index, item in enumerate(items):
        try:
            records.append(read_item(item, instrumentation_key))
        except ItemError as error:
            errors.append({"index": index, "statusCode": error.status, "message": str(error)})
    files.add(records)
    answer = {"itemsReceived": len(items), "itemsAccepted": len(records), "errors": errors}
    return web.json_response(answer, status=206 if records and errors else 400 if errors else 200)


async def _read_items(request: web.Request) -> list[object]:
    """A list, or one item a line."""
    body = await request.text()
    try:
        items = json.loads(body) if body.startswith("[") else _read_lines(body)
    except ValueError as error:
        raise RefusedError(400, f"the body is no JSON: {error}") from error
    if not items:
        raise RefusedError(400, "the body has no items")
    return list(items)


def _read_lines(body: str) -> list[object]:
    return [json.loads(line) for line in body.splitlines() if line.strip()]
