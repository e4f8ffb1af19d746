"""The HTTP API of maintenance windows (docs/api.md)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from msgspec import Meta

from tocsin.domain.access.principal import OPERATOR, VIEWER
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.incidents.recurrence import DAY_MS, Recurrence, parse_recurrence
from tocsin.domain.incidents.shown import show_incident
from tocsin.domain.incidents.window_documents import show_window
from tocsin.domain.incidents.windows import PREFIX, Scope, ScopeKind, Window, WindowKind
from tocsin.triggers.api.calls import AnyRoute, Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.site_query import SiteQuery, naming_site
from tocsin.triggers.outputs.incidents import (
    IncidentListed,
    TrialShown,
    WindowRemoved,
    WindowShown,
    WindowsShown,
)
from tocsin.usecases.maintenance.keep_windows import remove_window, set_window, try_window
from tocsin.usecases.settings.check_names import check_site
from tocsin.usecases.showing.find_named import check_shown_site

LATEST_MS = 2**52
DAY_MIN = 24 * 60
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Time = Annotated[int, Meta(ge=0, le=LATEST_MS)]


class ScopeBody(Input):
    """Which devices: those of a building or a profile, or one device; all where ``site``."""

    kind: Literal["site", "building", "device", "profile"] = "site"
    name: str = ""


class RecurrenceBody(Input):
    """rule: an RRULE. zone: a time zone. lastingMin: how long each occurrence lasts."""

    rule: str
    zone: str
    lasting_min: Annotated[int, Meta(ge=1, le=DAY_MIN)]


class WindowBody(Input):
    """Times in ms. endsAt: of a window that recurs, after which none begins any more. announce:
    whether people are told when it starts and ends."""

    starts_at: Time
    ends_at: Time | None = None
    kind: Literal["maintenance", "out of service"] = "maintenance"
    scope: ScopeBody | None = None
    recurrence: RecurrenceBody | None = None
    comment: Annotated[str, Meta(max_length=2_000)] = ""
    announce: bool = False


class TrialQuery(SiteQuery):
    """days: how far back."""

    days: Annotated[int, Meta(ge=1, le=90)] = 30


async def list_windows(call: Call[SiteQuery, Nothing]) -> WindowsShown:
    """The maintenance windows of a site."""
    services, site_id = call.services, call.query.site
    site = await services.incidents.load_site(site_id)
    if not site.windows:
        await check_shown_site(site_id, fleet=services.fleet, settings=services.site_settings)
    now_ms = services.now_ms()
    return WindowsShown(windows=[_show(window, now_ms) for window in site.windows])


async def put_window(call: Call[SiteQuery, WindowBody]) -> WindowShown:
    """Set a window, in place of the one with this name."""
    services = call.services
    window = _parse_window(call, call.path["id"])
    await check_site(call.query.site, services.sources)
    await set_window(window, services.incident_room)
    return _show(window, services.now_ms())


async def delete_window(call: Call[SiteQuery, Nothing]) -> WindowRemoved:
    """Take a window away."""
    services, name = call.services, call.path["id"]
    async with naming_site(call.query.site, services):
        await remove_window(
            call.query.site,
            f"{PREFIX}{name}",
            operator=call.principal.name,
            room=services.incident_room,
            desks=services.desks,
        )
    return WindowRemoved(removed=name)


async def preview_window(call: Call[TrialQuery, WindowBody]) -> TrialShown:
    """What a window would have held of past incidents."""
    services = call.services
    window = _parse_window(call, "preview")
    await check_shown_site(call.query.site, fleet=services.fleet, settings=services.site_settings)
    trial = await try_window(window, call.query.days, services.incident_room)
    now_ms = services.now_ms()
    return TrialShown(
        days=call.query.days,
        incidents=trial.looked_at,
        held=[IncidentListed.read(show_incident(incident, now_ms)) for incident in trial.held],
        text=f"over the last {call.query.days} days this would have held "
        f"{len(trial.held)} of {trial.looked_at} incidents",
        cut=trial.cut,
    )


def _parse_window(call: Call[Any, WindowBody], name: str) -> Window:
    body = call.body
    if NAME.fullmatch(name) is None:
        raise InvalidRequestError(
            f"no window can be called {name!r:.80}; use 1 to 64 letters, digits, -, _ and ."
        )
    if body.ends_at is not None and body.ends_at <= body.starts_at:
        raise InvalidRequestError("endsAt must be after startsAt")
    return Window(
        window_id=f"{PREFIX}{name}",
        site_id=call.query.site,
        kind=_kind_of(body.kind, body),
        scope=_parse_scope(body.scope or ScopeBody()),
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        recurrence=_parse_recurrence(body),
        comment=body.comment.strip(),
        by=call.principal.name,
        at=call.services.now_ms(),
        announce=body.announce,
    )


def _kind_of(kind: WindowKind, body: WindowBody) -> WindowKind:
    """What is out of service may stay so for good; maintenance that nobody ends is forgotten."""
    if kind == "maintenance" and body.recurrence is None and body.ends_at is None:
        raise InvalidRequestError("maintenance needs endsAt, or a recurrence")
    if kind == "maintenance" and body.recurrence is None and body.ends_at is not None:
        days = (body.ends_at - body.starts_at) / DAY_MS
        if days > 31:
            raise InvalidRequestError(
                f"maintenance lasts at most 31 days, not {days:.0f}; "
                "what is away for longer is out of service"
            )
    return kind


def _parse_scope(body: ScopeBody) -> Scope:
    kind: ScopeKind = body.kind
    if (kind == "site") != (not body.name):
        raise InvalidRequestError(
            "scope.name says which building, device or profile; a whole site needs none"
        )
    return Scope(kind, body.name)


def _parse_recurrence(body: WindowBody) -> Recurrence | None:
    part = body.recurrence
    if part is None:
        return None
    return parse_recurrence(part.rule, part.zone, part.lasting_min * 60_000, body.starts_at)


def _show(window: Window, now_ms: int) -> WindowShown:
    return WindowShown.read(show_window(window, now_ms))


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        "maintenance", "GET", "maintenance", VIEWER, SiteQuery, Nothing, {200: WindowsShown},
        list_windows,
    ),
    Route(
        "set_window", "PUT", "maintenance/{id}", OPERATOR, SiteQuery, WindowBody,
        {200: WindowShown}, put_window, fails=frozenset({409}),
    ),
    Route(
        "remove_window", "DELETE", "maintenance/{id}", OPERATOR, SiteQuery, Nothing,
        {200: WindowRemoved}, delete_window, fails=frozenset({404, 409}),
    ),
    Route(
        "preview_window", "POST", "maintenance/preview", OPERATOR, TrialQuery, WindowBody,
        {200: TrialShown}, preview_window,
    ),
)  # fmt: skip
