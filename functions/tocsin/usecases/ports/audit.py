"""What showing who did what needs from the outside."""

from __future__ import annotations

from typing import Protocol

from tocsin.domain.access.audit import AuditPage, AuditPosition
from tocsin.domain.access.people import Sites


class AuditLog(Protocol):
    """What people did."""

    async def list_records(
        self, sites: Sites, *, with_general: bool, before: AuditPosition | None, most: int
    ) -> AuditPage:
        """The newest *most* records that lie behind the position *before*; None for the newest.

        sites: only of these. with_general: also what concerns no site alone.
        A damaged record is logged and left out.
        """
        ...
