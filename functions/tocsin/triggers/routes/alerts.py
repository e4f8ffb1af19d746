"""The HTTP API of alerts: what was raised, and what became of it (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from tocsin.domain.access.principal import VIEWER
from tocsin.domain.alerts.alert import AlertPosition
from tocsin.triggers.api.answers import read_each
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Nothing
from tocsin.triggers.api.site_query import AnySiteQuery
from tocsin.triggers.outputs.alerts import AlertShown, AlertsShown
from tocsin.usecases.showing.show_alerts import (
    DEFAULT_MAX,
    MOST,
    AlertQuery,
    ShownAlert,
    show_alerts,
)


class AlertsQuery(AnySiteQuery):
    """before: the ``older`` of the page before."""

    device: str | None = None
    state: Literal["open", "all"] = "all"
    before: str | None = None
    max: Annotated[int, Meta(ge=1, le=MOST)] = DEFAULT_MAX


async def list_alerts(call: Call[AlertsQuery, Nothing]) -> AlertsShown:
    """The history of alerts, newest first."""
    query, services = call.query, call.services
    wanted = AlertQuery(
        site_id=query.site,
        device_id=query.device,
        only_open=query.state == "open",
        among=call.rights.sees,
        before=None if query.before is None else AlertPosition.from_text(query.before),
        most=query.max,
    )
    shown, older = await show_alerts(
        wanted, fleet=services.fleet, settings=services.site_settings, now_ms=services.now_ms()
    )
    alerts, damaged = read_each(AlertShown, map(_describe, shown))
    return AlertsShown(
        alerts=alerts,
        damaged=damaged,
        older=None if older is None else older.to_text(),
    )


def _describe(shown: ShownAlert) -> dict[str, Any]:
    endings = {"open": shown.is_open, "clearedAt": shown.cleared_at}
    return shown.raised.to_document() | endings


ROUTES = (
    Route(
        "alerts", "GET", "alerts", VIEWER, AlertsQuery, Nothing, {200: AlertsShown}, list_alerts,
        fails=frozenset({404}),
    ),
)  # fmt: skip
