"""The HTTP API of notifications: the switch of a site, and what was sent to whom (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from tocsin.domain.access.principal import OPERATOR
from tocsin.domain.notifications.delivery import DeliveryQuery
from tocsin.domain.notifications.rule import Switch
from tocsin.triggers.api.calls import AnyRoute, Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.site_query import SiteQuery
from tocsin.triggers.outputs.notifications import (
    ChannelWord,
    DeliveriesShown,
    StatusWord,
    SwitchShown,
)
from tocsin.triggers.routes.show_delivery import show_delivery
from tocsin.usecases.notifications.keep_rules import turn_switch
from tocsin.usecases.settings.check_names import check_site
from tocsin.usecases.showing.find_named import check_shown_site

DEFAULT_MAX, MOST = 50, 200


class DeliveriesQuery(SiteQuery):
    """before: the ``older`` of the page before."""

    status: StatusWord | None = None
    channel: ChannelWord | None = None
    rule: str | None = None
    incident: str | None = None
    before: str | None = None
    max: Annotated[int, Meta(ge=1, le=MOST)] = DEFAULT_MAX


class SwitchBody(Input):
    """perHour: how many messages one target takes in an hour; what is more goes together later.
    off: channels by which nobody of the site is written to."""

    on: bool
    per_hour: Annotated[int, Meta(ge=1, le=120)] = 30
    off: Annotated[list[ChannelWord], Meta(max_length=3)] = msgspec.field(default_factory=list)


async def show_switch(call: Call[SiteQuery, Nothing]) -> SwitchShown:
    """Whether a site notifies, and how much waits."""
    services, site_id = call.services, call.query.site
    desk = await services.desks.load_desk(site_id)
    if desk.mark is None:
        await check_shown_site(site_id, fleet=services.fleet, settings=services.site_settings)
    return _show(desk.switch, len(desk.pending))


async def put_switch(call: Call[SiteQuery, SwitchBody]) -> SwitchShown:
    """Switch the notifications of a site on or off."""
    services, site_id = call.services, call.query.site
    await check_site(site_id, services.sources)
    body = call.body
    wanted = Switch(
        body.on,
        body.per_hour,
        by=call.principal.name,
        at=services.now_ms(),
        off=frozenset(body.off),
    )
    after = await turn_switch(site_id, wanted, services.desks, revision=call.revision)
    desk = await services.desks.load_desk(site_id)
    return _show(after, len(desk.pending))


async def list_deliveries(call: Call[DeliveriesQuery, Nothing]) -> DeliveriesShown:
    """What was sent to whom, what waits, failed or was skipped and why, newest first."""
    query, services = call.query, call.services
    page = await services.desks.list_deliveries(
        DeliveryQuery(
            site_id=query.site,
            status=query.status,
            channel=query.channel,
            rule_id=query.rule,
            incident_id=query.incident,
            before=query.before,
            most=query.max,
        )
    )
    if not page.deliveries:
        await check_shown_site(query.site, fleet=services.fleet, settings=services.site_settings)
    return DeliveriesShown(
        deliveries=[show_delivery(delivery) for delivery in page.deliveries], older=page.older
    )


def _show(switch: Switch, waiting: int) -> SwitchShown:
    return SwitchShown(
        on=switch.on,
        per_hour=switch.per_hour,
        off=sorted(switch.off),
        by=switch.by,
        at=switch.at,
        waiting=waiting,
        revision=switch.revision,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        "notifications", "GET", "notifications", OPERATOR, SiteQuery, Nothing, {200: SwitchShown},
        show_switch,
    ),
    Route(
        "switch_notifications", "PUT", "notifications", OPERATOR, SiteQuery, SwitchBody,
        {200: SwitchShown}, put_switch, fails=frozenset({409}),
    ),
    Route(
        "deliveries", "GET", "deliveries", OPERATOR, DeliveriesQuery, Nothing,
        {200: DeliveriesShown}, list_deliveries,
    ),
)  # fmt: skip
