"""Every instance takes what an admin sets within a minute, and goes on while it cannot be read."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.sites import FakeSites
from tocsin.adapters.known_targets import REFRESH_S, KnownTargets
from tocsin.domain.errors import DeliveryError
from tocsin.domain.site_settings import NO_SITE, Entry, Kind, StoredSetting, revise


class Watched(FakeSites):
    """What an admin set, and how often it was read. ``away``: the database does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.away = False
        self.now_s = 0.0
        self.known = KnownTargets(self, usual=0.5, clock_s=lambda: self.now_s)

    async def find_setting(self, kind: Kind, site_id: str) -> StoredSetting | None:
        self.reads += 1
        if self.away:
            raise DeliveryError("the database is away")
        return await super().find_setting(kind, site_id)

    async def set_pump(self, target: float) -> None:
        before = await super().find_setting("alert-targets", NO_SITE)
        entry = Entry({"profiles": {"pump": target}}, "Linus", 0)
        await self.replace_setting(revise(before, "alert-targets", NO_SITE, entry))

    async def of_pump(self) -> float:
        return (await self.known.current()).of("pump")

    async def look_again(self) -> None:
        """Let a look-up that is due begin, and wait for its end."""
        self.now_s += REFRESH_S
        await self.known.current()
        async with asyncio.timeout(20):
            while len(asyncio.all_tasks()) > 1:
                await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})


async def test_what_is_set_holds_after_the_next_look_on_every_instance() -> None:
    watched = Watched()
    found = await asyncio.gather(*(watched.of_pump() for _ in range(20)))
    assert (set(found), watched.reads) == ({0.5}, 1)
    await watched.set_pump(2.0)
    assert await watched.of_pump() == 0.5
    await watched.look_again()
    assert await watched.of_pump() == 2.0
    assert (await watched.known.current()).of("motor") == 0.5


async def test_what_was_known_holds_while_the_database_is_away() -> None:
    watched = Watched()
    await watched.set_pump(2.0)
    assert await watched.of_pump() == 2.0
    watched.away = True
    await watched.look_again()
    assert await watched.of_pump() == 2.0


async def test_nothing_is_judged_before_it_is_known_by_what() -> None:
    watched = Watched()
    watched.away = True
    with pytest.raises(DeliveryError):
        await watched.of_pump()


async def test_what_makes_no_sense_in_the_database_changes_nothing() -> None:
    watched = Watched()
    await watched.set_pump(2.0)
    assert await watched.of_pump() == 2.0
    await watched.set_pump(-1.0)
    await watched.look_again()
    assert await watched.of_pump() == 2.0
