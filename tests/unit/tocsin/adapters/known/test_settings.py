"""What people set is known to every instance after the next look, without a read for each call,
and what was known holds while it cannot be read: targets of alerts, rights, plain limits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fakes.watched_settings import WatchedSettings
from tocsin.adapters.known import access, limits, targets
from tocsin.domain.access.principal import Principal
from tocsin.domain.errors import DeliveryError
from tocsin.domain.settings.site_settings import NO_SITE, Kind

SITE, USUAL = "north", 0.5
EVE = Principal("Eve", frozenset(), "eve-1")
MANY = 20

Ask = Callable[[], Awaitable[object]]


class Watched:
    """Settings, and the time of whoever looks them up."""

    def __init__(self) -> None:
        self.settings = WatchedSettings()
        self.now_s = 0.0

    def read_clock(self) -> float:
        return self.now_s


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of setting that is known: ``changed`` once somebody set ``content``."""

    kind: Kind
    site_id: str
    open: Callable[[Watched], Ask]
    refresh_s: float
    content: dict[str, Any]
    nonsense: dict[str, Any]
    usual: object
    changed: object

    async def store(self, watched: Watched, content: dict[str, Any]) -> None:
        await watched.settings.store(self.kind, self.site_id, content)

    async def look_again(self, watched: Watched, ask: Ask) -> object:
        """What is known once a look-up that is due has ended."""
        watched.now_s += self.refresh_s
        await ask()
        async with asyncio.timeout(20):
            while len(asyncio.all_tasks()) > 1:
                await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
        return await ask()


def open_targets(watched: Watched) -> Ask:
    known = targets.KnownTargets(watched.settings, usual=USUAL, clock_s=watched.read_clock)

    async def ask() -> object:
        targets = await known.current()
        return targets.of("pump"), targets.of("motor")

    return ask


def open_access(watched: Watched) -> Ask:
    known = access.KnownAccess(watched.settings, clock_s=watched.read_clock)

    async def ask() -> object:
        return SITE in (await known.current()).find_rights(EVE).sees

    return ask


def open_limits(watched: Watched) -> Ask:
    known = limits.KnownLimits(watched.settings, clock_s=watched.read_clock)

    async def ask() -> object:
        return (await known.book()).find_origin(SITE, "rig-1", "rig", "heat_c")

    return ask


TARGETS = Subject(
    "alert-targets",
    NO_SITE,
    open_targets,
    targets.REFRESH_S,
    content={"profiles": {"pump": 2.0}},
    nonsense={"profiles": {"pump": -1.0}},
    usual=(USUAL, USUAL),
    changed=(2.0, USUAL),
)
ACCESS = Subject(
    "access",
    NO_SITE,
    open_access,
    access.REFRESH_S,
    content={"others": {"south": "see"}},
    nonsense={"people": {"": {"sites": {SITE: "act"}}}},
    usual=True,
    changed=False,
)
LIMITS = Subject(
    "limits",
    SITE,
    open_limits,
    limits.REFRESH_S,
    content={"devices": {"rig-1": {"heat_c": {"alarmHigh": 60}}}},
    nonsense={"machines": {}},
    usual="profile",
    changed="device",
)
each_subject = pytest.mark.parametrize(
    "subject", [TARGETS, ACCESS, LIMITS], ids=lambda subject: subject.kind
)


@each_subject
async def test_it_is_read_once_however_many_ask(subject: Subject) -> None:
    watched = Watched()
    ask = subject.open(watched)
    assert await asyncio.gather(*(ask() for _ in range(MANY))) == [subject.usual] * MANY
    assert watched.settings.reads == 1


@each_subject
async def test_what_is_set_holds_after_the_next_look(subject: Subject) -> None:
    watched = Watched()
    ask = subject.open(watched)
    assert await ask() == subject.usual
    await subject.store(watched, subject.content)
    assert await ask() == subject.usual
    assert await subject.look_again(watched, ask) == subject.changed


@each_subject
async def test_what_was_known_holds_while_the_database_is_away(subject: Subject) -> None:
    watched = Watched()
    await subject.store(watched, subject.content)
    ask = subject.open(watched)
    assert await ask() == subject.changed
    watched.settings.away = True
    assert await subject.look_again(watched, ask) == subject.changed


@each_subject
async def test_nothing_is_decided_before_it_is_known_by_what(subject: Subject) -> None:
    watched = Watched()
    watched.settings.away = True
    with pytest.raises(DeliveryError):
        await subject.open(watched)()


@pytest.mark.parametrize("subject", [TARGETS, ACCESS], ids=lambda subject: subject.kind)
async def test_what_makes_no_sense_in_the_database_changes_nothing(subject: Subject) -> None:
    watched = Watched()
    await subject.store(watched, subject.content)
    ask = subject.open(watched)
    assert await ask() == subject.changed
    await subject.store(watched, subject.nonsense)
    assert await subject.look_again(watched, ask) == subject.changed


async def test_limits_that_make_no_sense_are_told_and_those_of_other_sites_hold(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watched = Watched()
    await LIMITS.store(watched, LIMITS.content)
    await watched.settings.store("limits", "south", LIMITS.nonsense)
    with caplog.at_level(logging.ERROR, logger=limits.__name__):
        assert await LIMITS.open(watched)() == LIMITS.changed
    assert "The limits of site 'south' hold no more" in caplog.text
