"""The HTTP API of notification rules: who is told of what (docs/api.md)."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tocsin.domain.access.principal import OPERATOR
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.incidents.shown import show_incident
from tocsin.domain.notifications.hours import Hours, Span, parse_minute, write_minute
from tocsin.domain.notifications.rule import Rule, Step, Target
from tocsin.triggers.api.calls import AnyRoute, Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.site_query import SiteQuery, naming_site
from tocsin.triggers.outputs.incidents import IncidentListed
from tocsin.triggers.outputs.notifications import (
    ChannelWord,
    DayWord,
    HoursShown,
    RulePreviewShown,
    RuleRemoved,
    RuleShown,
    RulesShown,
    SeverityWord,
    SpanShown,
    StepShown,
    TargetShown,
    TrialOfRule,
)
from tocsin.triggers.routes.show_delivery import show_delivery
from tocsin.usecases.notifications.keep_rules import remove_rule, set_rule, try_rule
from tocsin.usecases.notifications.preview_rule import preview_rule
from tocsin.usecases.settings.check_names import check_site
from tocsin.usecases.showing.find_named import check_shown_site

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
DAY_MIN, WEEK_MIN = 24 * 60, 7 * 24 * 60
DAY_S = 24 * 60 * 60


class TargetBody(Input):
    """name: an email address, or the name of a webhook in the settings of the app."""

    channel: ChannelWord
    name: Annotated[str, Meta(min_length=1, max_length=254)]
    person: Annotated[str, Meta(max_length=100)] = ""


class StepBody(Input):
    """afterMin: how long after the first are told, while nobody acknowledges."""

    targets: list[TargetBody]
    after_min: Annotated[int, Meta(ge=0, le=WEEK_MIN)] = 0


class SpanBody(Input):
    """Times such as 06:30. Where ``to`` is not after ``from`` it goes on into the next day."""

    days: list[DayWord]
    from_: str = msgspec.field(name="from")
    to: str


class HoursBody(Input):
    """holidays: an iCalendar file; on its days only spans with the day ``holiday`` count."""

    zone: str
    spans: Annotated[list[SpanBody], Meta(max_length=50)]
    holidays: Annotated[str, Meta(max_length=65_536)] = ""


class RuleBody(Input):
    """Durations in the unit of their name; repeatMin null: it is said once."""

    steps: list[StepBody]
    on: bool = True
    severities: list[SeverityWord] | None = None
    hours: HoursBody | None = None
    group_wait_s: Annotated[int, Meta(ge=0, le=DAY_S)] = 0
    group_interval_s: Annotated[int, Meta(ge=0, le=DAY_S)] = 60
    repeat_min: Annotated[int, Meta(ge=1, le=WEEK_MIN)] | None = 60
    tells_end: bool = True
    tells_windows: bool = False


class RulePreviewQuery(SiteQuery):
    """days: how far back."""

    days: Annotated[int, Meta(ge=1, le=90)] = 30


async def list_rules(call: Call[SiteQuery, Nothing]) -> RulesShown:
    """The notification rules of a site."""
    services, site_id = call.services, call.query.site
    desk = await services.desks.load_desk(site_id)
    if not desk.rules:
        await check_shown_site(site_id, fleet=services.fleet, settings=services.site_settings)
    now_ms = services.now_ms()
    return RulesShown(rules=[_show(rule, now_ms) for rule in desk.rules])


async def put_rule(call: Call[SiteQuery, RuleBody]) -> RuleShown:
    """Set a notification rule, in place of the one with this name."""
    services = call.services
    rule = _parse_rule(call, call.path["id"])
    await check_site(call.query.site, services.sources)
    kept = await set_rule(rule, services.notify_room, revision=call.revision)
    return _show(kept, services.now_ms())


async def delete_rule(call: Call[SiteQuery, Nothing]) -> RuleRemoved:
    """Take a notification rule away; what waits under it is not sent."""
    name = call.path["id"]
    async with naming_site(call.query.site, call.services):
        await remove_rule(
            call.query.site,
            name,
            operator=call.principal.name,
            room=call.services.notify_room,
            revision=call.revision,
        )
    return RuleRemoved(removed=name, revision=0)


async def preview(call: Call[RulePreviewQuery, RuleBody]) -> RulePreviewShown:
    """What a rule would have told of past incidents."""
    services, days = call.services, call.query.days
    rule = _parse_rule(call, "preview")
    await check_shown_site(call.query.site, fleet=services.fleet, settings=services.site_settings)
    tried = await preview_rule(rule, days, services.notify_room)
    now_ms = services.now_ms()
    return RulePreviewShown(
        days=days,
        incidents=tried.looked_at,
        told=[IncidentListed.read(show_incident(incident, now_ms)) for incident in tried.told],
        escalated=tried.escalated,
        text=f"over the last {days} days this would have told people of {len(tried.told)} of "
        f"{tried.looked_at} incidents, and the next in line of {tried.escalated}",
        cut=tried.cut,
    )


async def send_test(call: Call[SiteQuery, Nothing]) -> TrialOfRule:
    """Send a test message to every target of a rule, and say what became of it."""
    async with naming_site(call.query.site, call.services):
        done = await try_rule(
            call.query.site,
            call.path["id"],
            operator=call.principal.name,
            room=call.services.notify_room,
        )
    return TrialOfRule(deliveries=[show_delivery(delivery) for delivery in done])


def _parse_rule(call: Call[Any, RuleBody], name: str) -> Rule:
    body = call.body
    if NAME.fullmatch(name) is None:
        raise InvalidRequestError(
            f"no rule can be called {name!r:.80}; use 1 to 64 letters, digits, -, _ and ."
        )
    steps = tuple(
        Step(
            step.after_min * 60_000,
            tuple(Target(each.channel, each.name, each.person) for each in step.targets),
        )
        for step in body.steps
    )
    given: dict[str, Any] = (
        {} if body.severities is None else {"severities": frozenset(body.severities)}
    )
    return Rule(
        rule_id=name,
        site_id=call.query.site,
        steps=steps,
        on=body.on,
        hours=None if body.hours is None else _parse_hours(body.hours),
        group_wait_ms=body.group_wait_s * 1_000,
        group_interval_ms=body.group_interval_s * 1_000,
        repeat_ms=None if body.repeat_min is None else body.repeat_min * 60_000,
        tells_end=body.tells_end,
        tells_windows=body.tells_windows,
        by=call.principal.name,
        at=call.services.now_ms(),
        **given,
    )


def _parse_hours(body: HoursBody) -> Hours:
    return Hours(
        body.zone,
        tuple(
            Span(frozenset(span.days), parse_minute(span.from_), parse_minute(span.to))
            for span in body.spans
        ),
        body.holidays,
    )


def _show(rule: Rule, now_ms: int) -> RuleShown:
    return RuleShown(
        id=rule.rule_id,
        on=rule.on,
        severities=sorted(rule.severities),
        hours=None if rule.hours is None else _show_hours(rule.hours),
        steps=[
            StepShown(
                step.after_ms / 60_000,
                [TargetShown(each.channel, each.name, each.person) for each in step.targets],
            )
            for step in rule.steps
        ],
        group_wait_s=rule.group_wait_ms / 1_000,
        group_interval_s=rule.group_interval_ms / 1_000,
        repeat_min=None if rule.repeat_ms is None else rule.repeat_ms / 60_000,
        tells_end=rule.tells_end,
        tells_windows=rule.tells_windows,
        in_hours=rule.hours is None or rule.hours.is_on(now_ms),
        by=rule.by,
        at=rule.at,
        revision=rule.revision,
    )


def _show_hours(hours: Hours) -> HoursShown:
    return HoursShown(
        hours.zone,
        [
            SpanShown(
                days=sorted(span.days),
                from_=write_minute(span.from_min),
                to=write_minute(span.to_min),
            )
            for span in hours.spans
        ],
        hours.holidays,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        "notification_rules", "GET", "notification-rules", OPERATOR, SiteQuery, Nothing,
        {200: RulesShown}, list_rules,
    ),
    Route(
        "set_notification_rule", "PUT", "notification-rules/{id}", OPERATOR, SiteQuery, RuleBody,
        {200: RuleShown}, put_rule, fails=frozenset({409}),
    ),
    Route(
        "remove_notification_rule", "DELETE", "notification-rules/{id}", OPERATOR, SiteQuery,
        Nothing, {200: RuleRemoved}, delete_rule, fails=frozenset({404, 409}),
    ),
    Route(
        "preview_notification_rule", "POST", "notification-rules/preview", OPERATOR,
        RulePreviewQuery, RuleBody, {200: RulePreviewShown}, preview,
    ),
    Route(
        "try_notification_rule", "POST", "notification-rules/{id}/try", OPERATOR, SiteQuery,
        Nothing, {200: TrialOfRule}, send_test, fails=frozenset({404, 409}),
    ),
)  # fmt: skip
