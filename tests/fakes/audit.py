"""The audit of all that the fakes keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.access.audit import AuditPage, AuditPosition, AuditRecord, page_of
from tocsin.domain.access.people import Sites
from tocsin.domain.settings.site_settings import NO_SITE


@dataclass
class FakeAuditLog:
    """The port AuditLog. ``find``: every document there is at this moment."""

    find: Callable[[], Iterable[Mapping[str, Any]]]

    async def list_records(
        self, sites: Sites, *, with_general: bool, before: AuditPosition | None, most: int
    ) -> AuditPage:
        records = map(AuditRecord.from_document, self.find())
        return page_of(
            [
                record
                for record in records
                if (with_general if record.site_id == NO_SITE else record.site_id in sites)
                and (before is None or record.position.order > before.order)
            ],
            most,
        )
