"""The HTTP API of incidents: what goes on, and what people do about it (docs/api.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from tocsin.domain.access.principal import OPERATOR, VIEWER
from tocsin.domain.incidents import actions
from tocsin.domain.incidents.actions import Act
from tocsin.domain.incidents.handling import State
from tocsin.domain.incidents.shown import show_incident, show_whole
from tocsin.domain.incidents.site import IncidentQuery
from tocsin.triggers.api.answers import read_each
from tocsin.triggers.api.calls import AnyRoute, Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.site_query import SiteQuery, naming_site
from tocsin.triggers.outputs.incidents import IncidentListed, IncidentShown, IncidentsShown
from tocsin.usecases.incidents.act_on_incident import Change, act_on_incident, find_incident
from tocsin.usecases.showing.find_named import check_shown_site

DEFAULT_MAX, MOST = 50, 200
LONGEST_COMMENT = 2_000
LATEST_MS = 2**52

StateWord = Literal["open", "unacknowledged", "acknowledged", "closed", "all"]
Comment = Annotated[str, Meta(max_length=LONGEST_COMMENT)]
STATES: Mapping[StateWord, frozenset[State] | None] = {
    "all": None,
    "open": frozenset({"unacknowledged", "acknowledged"}),
    "unacknowledged": frozenset({"unacknowledged"}),
    "acknowledged": frozenset({"acknowledged"}),
    "closed": frozenset({"closed"}),
}


class IncidentsQuery(SiteQuery):
    """before: the ``older`` of the page before."""

    state: StateWord = "open"
    severity: Literal["low", "medium", "high"] | None = None
    device: str | None = None
    before: str | None = None
    max: Annotated[int, Meta(ge=1, le=MOST)] = DEFAULT_MAX


class CommentBody(Input):
    """What an operator says about it."""

    comment: Comment = ""


class RequiredCommentBody(Input):
    """A comment that says something."""

    comment: Comment

    def __post_init__(self) -> None:
        if not self.comment.strip():
            raise ValueError("comment must say something")


class ShelveBody(Input):
    """until: ms, our clock. once: whether the shelf also ends as soon as the incident clears."""

    until: Annotated[int, Meta(ge=0, le=LATEST_MS)]
    once: bool = False
    comment: Comment = ""


class CloseBody(Input):
    """force: close it although it is active."""

    force: bool = False
    comment: Comment = ""


async def list_incidents(call: Call[IncidentsQuery, Nothing]) -> IncidentsShown:
    """The incidents of a site, newest first."""
    query, services = call.query, call.services
    wanted = IncidentQuery(
        site_id=query.site,
        states=STATES[query.state],
        severity=query.severity,
        device_id=query.device,
        before=query.before,
        most=query.max,
    )
    page = await services.incidents.list_incidents(wanted)
    if not page.incidents:
        await check_shown_site(query.site, fleet=services.fleet, settings=services.site_settings)
    now_ms = services.now_ms()
    incidents, damaged = read_each(
        IncidentListed, (show_incident(incident, now_ms) for incident in page.incidents)
    )
    return IncidentsShown(incidents=incidents, damaged=damaged, older=page.older)


async def show_one(call: Call[SiteQuery, Nothing]) -> IncidentShown:
    """One incident, with its devices and its story."""
    services, site_id = call.services, call.query.site
    async with naming_site(site_id, services):
        found = await find_incident(site_id, call.path["id"], services.incident_room)
    return IncidentShown.read(show_whole(found, services.now_ms()))


async def acknowledge(call: Call[SiteQuery, CommentBody]) -> IncidentShown:
    """Say that somebody has it."""
    act = _act_of(call, call.body.comment)
    return await _answer_change(call, lambda incident: actions.acknowledge(incident, act))


async def shelve(call: Call[SiteQuery, ShelveBody]) -> IncidentShown:
    """Put it aside for a while."""
    body, policy = call.body, call.services.policy
    act = _act_of(call, body.comment)
    return await _answer_change(
        call,
        lambda incident: actions.shelve(
            incident, act, until=body.until, once=body.once, policy=policy
        ),
    )


async def unshelve(call: Call[SiteQuery, CommentBody]) -> IncidentShown:
    """Take it back from the shelf."""
    act = _act_of(call, call.body.comment)
    return await _answer_change(call, lambda incident: actions.unshelve(incident, act))


async def close(call: Call[SiteQuery, CloseBody]) -> IncidentShown:
    """Say that it is over."""
    act, force = _act_of(call, call.body.comment), call.body.force
    return await _answer_change(call, lambda incident: actions.close(incident, act, force=force))


async def comment(call: Call[SiteQuery, RequiredCommentBody]) -> IncidentShown:
    """Say something about it."""
    act = _act_of(call, call.body.comment)
    return await _answer_change(call, lambda incident: actions.add_comment(incident, act))


def _act_of(call: Call[SiteQuery, Any], text: str) -> Act:
    return Act(call.principal.name, call.services.now_ms(), text.strip())


async def _answer_change(call: Call[SiteQuery, Any], change: Change) -> IncidentShown:
    services, site_id = call.services, call.query.site
    async with naming_site(site_id, services):
        after = await act_on_incident(
            site_id,
            call.path["id"],
            change,
            services.incident_room,
            revision=call.revision,
        )
    return IncidentShown.read(show_whole(after, services.now_ms()))


def _route_act(
    act: str, body: type[Input], handler: Callable[[Call[SiteQuery, Any]], Awaitable[IncidentShown]]
) -> AnyRoute:
    return Route(
        f"{act}_incident",
        "POST",
        f"incidents/{{id}}/{act}",
        OPERATOR,
        SiteQuery,
        body,
        {200: IncidentShown},
        handler,
        fails=frozenset({404, 409}),
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        "incidents", "GET", "incidents", VIEWER, IncidentsQuery, Nothing, {200: IncidentsShown},
        list_incidents,
    ),
    Route(
        "incident", "GET", "incidents/{id}", VIEWER, SiteQuery, Nothing, {200: IncidentShown},
        show_one, fails=frozenset({404}),
    ),
    _route_act("acknowledge", CommentBody, acknowledge),
    _route_act("shelve", ShelveBody, shelve),
    _route_act("unshelve", CommentBody, unshelve),
    _route_act("close", CloseBody, close),
    _route_act("comment", RequiredCommentBody, comment),
)  # fmt: skip
