"""Whatever devices do and whenever a process ends: tasks do not go to and fro beyond the limits."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fakes.messages import NOW
from tests.fakes.sites import FakeClock, FakeSites, Workshop
from tests.unit.tocsin.workshops import PLACES, SITE, run, set_content, state
from tocsin.domain.devices.work import Sample, Work
from tocsin.domain.errors import BusyError
from tocsin.domain.plans.restraint import Moved
from tocsin.domain.plans.site_standing import SiteStanding
from tocsin.planning.inputs.optimiser import PACE

DEVICES = ("cell-1", "cell-2", "cell-3")
LOAD_PCT = 20.0
HOUR_MS = 3_600_000
MOST = {"perTaskHour": 1, "perDeviceHour": 2, "perSiteHour": 3}  # few, so that they are reached


class ForgetfulSites(FakeSites):
    """``ends``: the process ends where it would keep how the site stands."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = False

    async def save_standing(self, standing: SiteStanding) -> None:
        if self.ends:
            raise OSError("the process ended here")
        await super().save_standing(standing)


class Site(RuleBasedStateMachine):
    """Three devices of ever changing speed and mood, and a run now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.sites = ForgetfulSites()
        self.shop = Workshop(FakeClock(NOW), sites=self.sites)
        self.speeds = dict.fromkeys(DEVICES, 1.0)
        self.alerts: dict[str, int] = {}
        self.silent: set[str] = set()
        self.seen: dict[tuple[int, str], tuple[int, str]] = {}
        self.holds: set[tuple[int, int]] = set()
        for name in DEVICES:
            running = tuple(task for task, place in PLACES.items() if place == name)
            self.shop.twins.add(name, SITE, running=running)
        tasks = {name: {"loadPct": LOAD_PCT, "deadlineMs": 150} for name in PLACES}
        asyncio.run(set_content(self.shop, "tasks", {"tasks": tasks}))
        asyncio.run(set_content(self.shop, "optimiser", {"pace": MOST}))

    @rule(name=st.sampled_from(DEVICES), speed=st.sampled_from([0.2, 0.4, 0.6, 1.0]))
    def change_speed(self, name: str, speed: float) -> None:
        self.speeds[name] = speed

    @rule(name=st.sampled_from(DEVICES))
    def turn_alert(self, name: str) -> None:
        if self.alerts.pop(name, None) is None:
            self.alerts[name] = self.shop.clock.now_ms

    @rule(name=st.sampled_from(DEVICES))
    def turn_silent(self, name: str) -> None:
        self.silent ^= {name}

    @rule(name=st.sampled_from(DEVICES))
    def turn_deaf(self, name: str) -> None:
        self.shop.twins.deaf ^= {name}

    @rule()
    def fail_hub(self) -> None:
        self.shop.twins.away ^= {"cell-2"}

    @rule(
        seconds=st.sampled_from([1, 15, 60, 300, 1_200]),
        ends=st.sampled_from(["", "", "", "before it remembers", "before it sends"]),
    )
    def run_after(self, seconds: int, ends: str) -> None:
        self.shop.clock.pass_s(seconds)
        asyncio.run(self._run(ends))
        asyncio.run(self._note_hold())
        for plan in self.sites.all_plans(SITE):
            for move in plan["migrations"]:
                if move["from"] is not None:
                    moved = (int(plan["createdAt"]), str(move["to"]))
                    self.seen[int(plan["version"]), str(move["taskId"])] = moved

    @invariant()
    def moves_keep_to_the_limits(self) -> None:
        times = sorted({at for at, _ in self.seen.values()})
        for begin in times:
            within = [(key, to) for key, (at, to) in self.seen.items()
                      if begin <= at < begin + HOUR_MS]  # fmt: skip
            assert len(within) <= MOST["perSiteHour"]
            of_task = Counter(task for (_, task), _ in within)
            of_device = Counter(to for _, to in within)
            assert max(of_task.values(), default=0) <= MOST["perTaskHour"]
            assert max(of_device.values(), default=0) <= MOST["perDeviceHour"]

    @invariant()
    def what_has_moved_settles(self) -> None:
        by_task: dict[str, list[int]] = {}
        for (_, task), (at, _) in self.seen.items():
            by_task.setdefault(task, []).append(at)
        for found in by_task.values():
            found.sort()
            for before, after in itertools.pairwise(found):
                assert after - before >= 1_000 * PACE.settle_periods

    @invariant()
    def nothing_moves_while_it_holds_still(self) -> None:
        for since, until in self.holds:
            assert not [key for key, (at, _) in self.seen.items() if since <= at < until]

    async def _note_hold(self) -> None:
        standing = await self.sites.find_standing(SITE)
        hold = None if standing is None else standing.memory.trust.hold
        if hold is not None:
            self.holds.add((hold.since, hold.until))

    async def _run(self, ends: str) -> None:
        await self._measure()
        self.sites.ends = ends == "before it remembers"
        self.shop.leases.renewals = 2 if ends == "before it sends" else None
        with contextlib.suppress(OSError, BusyError):
            await run(self.shop)
        self.sites.ends, self.shop.leases.renewals = False, None
        if not ends:
            for version in {plan["version"] for plan in self.sites.all_plans(SITE)[:2]}:
                await run(self.shop, "follow-up", version=version)

    async def recall(self) -> tuple[Moved, ...]:
        """The moves that the standing knows of after a run that ends well."""
        await self._run("")
        standing = await self.sites.find_standing(SITE)
        assert standing is not None
        return standing.memory.moves

    async def _measure(self) -> None:
        now_ms = self.shop.clock.now_ms
        self.shop.twins.now_ms = now_ms
        for name in DEVICES:
            if name in self.silent and await self.shop.store.device(name) is not None:
                continue
            load = LOAD_PCT * len(self.shop.twins.running(name))
            use = min((load + 9.0) / self.speeds[name], 99.5)
            answer = 22.0 / self.speeds[name] / (1.0 - min(use, 95.0) / 100.0)
            samples = tuple(Sample(now_ms - 5_000 * k, use, answer) for k in (2, 1, 0))
            fields: dict[str, Any] = {"work": Work(1_000, 5_000, samples).to_document()}
            if name in self.alerts:
                fields["alert"] = {"t": self.alerts[name]}
            await self.shop.store.save_devices([state(name, now_ms, **fields)])


def test_what_processes_that_ended_had_moved_is_recalled_though_it_was_long_ago() -> None:
    site = Site()
    for name in ("cell-1", "cell-2"):
        site.change_speed(name=name, speed=0.2)
        site.run_after(seconds=15, ends="before it remembers")
        site.change_speed(name=name, speed=1.0)
        site.run_after(seconds=300, ends="before it remembers")
    site.run_after(seconds=1_200, ends="before it remembers")
    assert len({version for version, _ in site.seen}) > 1
    site.shop.clock.pass_s(1)
    standing = asyncio.run(site.recall())
    assert len(standing) == len(site.seen)


def test_a_hold_is_kept_by_processes_that_know_of_it_only_from_the_store() -> None:
    """A receiver that becomes slow breaks the promise of the plan; then others are in trouble."""
    site = Site()
    site.change_speed(name="cell-1", speed=0.2)
    site.run_after(seconds=15, ends="")
    (receiver, *_) = {to for _, to in site.seen.values()}
    site.change_speed(name=receiver, speed=0.4)
    for _ in range(4):
        site.run_after(seconds=15, ends="before it remembers")
    for _ in range(4):
        site.run_after(seconds=15, ends="")
    assert site.holds
    for name in DEVICES:
        site.change_speed(name=name, speed=0.2)
        site.run_after(seconds=15, ends="before it sends")
    site.nothing_moves_while_it_holds_still()


TestLimits = Site.TestCase
TestLimits.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
