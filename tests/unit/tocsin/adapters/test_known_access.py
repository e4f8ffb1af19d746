"""Who may see and act where is known within seconds, without a read for each call."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.sites import FakeSites
from tocsin.adapters.known_access import REFRESH_S, KnownAccess
from tocsin.domain.errors import DeliveryError
from tocsin.domain.principal import Principal
from tocsin.domain.site_settings import Kind, StoredSetting

EVE = Principal("Eve", frozenset(), "eve-1")


class Watched(FakeSites):
    """What an admin set, and how often it was read. ``away``: the database does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.away = False
        self.now_s = 0.0
        self.known = KnownAccess(self, refresh_s=REFRESH_S, clock_s=lambda: self.now_s)

    async def find_setting(self, kind: Kind, site_id: str) -> StoredSetting | None:
        self.reads += 1
        if self.away:
            raise DeliveryError("the database is away")
        return await super().find_setting(kind, site_id)

    async def sees_north(self) -> bool:
        return "north" in (await self.known.current()).find_rights(EVE).sees

    async def look_again(self) -> None:
        """Let a look-up that is due begin and end."""
        self.now_s += REFRESH_S
        await self.known.current()
        async with asyncio.timeout(20):
            while len(asyncio.all_tasks()) > 1:
                await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})


async def test_it_is_read_once_however_many_ask() -> None:
    watched = Watched()
    found = await asyncio.gather(*(watched.sees_north() for _ in range(20)))
    assert (set(found), watched.reads) == ({True}, 1)


async def test_a_change_counts_after_the_next_look() -> None:
    watched = Watched()
    assert await watched.sees_north()
    watched.set_access({"others": {"south": "see"}})
    await watched.look_again()
    assert not await watched.sees_north()


async def test_nobody_is_let_in_before_it_is_known_who_may() -> None:
    watched = Watched()
    watched.away = True
    with pytest.raises(DeliveryError):
        await watched.sees_north()


async def test_what_was_known_holds_while_the_database_is_away() -> None:
    watched = Watched()
    watched.set_access({"others": {"south": "see"}})
    assert not await watched.sees_north()
    watched.away = True
    await watched.look_again()
    assert not await watched.sees_north()
