"""The HTTP API of who did what (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from tocsin.domain.access.audit import AuditPosition, AuditRecord
from tocsin.domain.access.people import Sites
from tocsin.domain.access.principal import ADMIN, OPERATOR
from tocsin.triggers.api.answers import Listed, Output
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Nothing
from tocsin.triggers.api.site_query import AnySiteQuery
from tocsin.usecases.showing.find_named import check_shown_site

DEFAULT_MAX, MOST = 50, 200


class AuditQuery(AnySiteQuery):
    """before: the ``older`` of the page before."""

    before: str | None = None
    max: Annotated[int, Meta(ge=1, le=MOST)] = DEFAULT_MAX


class ChangeShown(Output):
    """What somebody did, and when (ms). ``details`` differ by ``type`` (docs/formats.md); ``by`` is
    null where nobody but the system did it."""

    id: str
    type: str
    site_id: str
    by: str | None
    at: int
    details: dict[str, Any]


class AuditShown(Listed):
    """A page of the audit, newest first. ``older`` is where the next page begins."""

    changes: list[ChangeShown]
    older: str | None


async def list_audit(call: Call[AuditQuery, Nothing]) -> AuditShown:
    """Who did what, the newest first.

    Of the sites where you may act; an admin also sees what concerns no site alone.
    """
    query, rights, services = call.query, call.rights, call.services
    page = await services.audit_log.list_records(
        rights.acts if query.site is None else Sites(frozenset({query.site})),
        with_general=query.site is None and ADMIN in rights.principal.roles,
        before=None if query.before is None else AuditPosition.from_text(query.before),
        most=query.max,
    )
    if query.site is not None and not page.records:
        await check_shown_site(
            query.site, fleet=services.fleet, settings=services.site_settings, among=rights.acts
        )
    return AuditShown(
        changes=[_show(record) for record in page.records],
        older=None if page.older is None else page.older.to_text(),
    )


def _show(record: AuditRecord) -> ChangeShown:
    return ChangeShown(
        id=record.record_id,
        type=record.kind,
        site_id=record.site_id,
        by=record.by,
        at=record.at,
        details=dict(record.details),
    )


ROUTES = (
    Route("audit", "GET", "audit", OPERATOR, AuditQuery, Nothing, {200: AuditShown}, list_audit),
)
