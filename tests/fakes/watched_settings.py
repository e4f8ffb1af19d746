"""Settings of which it is known how often they were read, and which can be away."""

from __future__ import annotations

from tests.fakes.sites import FakeSites
from tocsin.domain.errors import DeliveryError
from tocsin.domain.settings.site_settings import Entry, Kind, StoredSetting, revise
from tocsin.usecases.ports.documents import Document


class WatchedSettings(FakeSites):
    """The port SiteSettings. ``reads``: the look-ups so far. ``away``: no database answers."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.away = False

    async def find_setting(self, kind: Kind, site_id: str) -> StoredSetting | None:
        self._count_read()
        return await super().find_setting(kind, site_id)

    async def list_settings(self, kind: Kind) -> list[StoredSetting]:
        self._count_read()
        return await super().list_settings(kind)

    async def store(self, kind: Kind, site_id: str, content: Document) -> None:
        """What somebody sets at another instance: nobody checks it here."""
        before = await super().find_setting(kind, site_id)
        await self.replace_setting(revise(before, kind, site_id, Entry(content, "Linus", 0)))

    def _count_read(self) -> None:
        self.reads += 1
        if self.away:
            raise DeliveryError("the database is away")
