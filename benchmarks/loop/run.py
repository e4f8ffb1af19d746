"""One run of one scenario in one way, through the real use cases, on a clock of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from benchmarks.loop.database import Database, Leases, Queue, Timeline, plan_at_once
from benchmarks.loop.hub import Hub
from benchmarks.loop.oracle import Oracle
from benchmarks.loop.plant import STEP_S, Lateness, Workcell
from benchmarks.loop.scenario import LASTS_S, START_MS, Scenario
from benchmarks.scoring_path import read_committed
from device_sim.hub.message import Composer
from tocsin.adapters.models.model_bundle import ActiveModels
from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.errors import DeliveryError
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.site_standing import Outcome
from tocsin.domain.profile import Profile
from tocsin.domain.settings.site_settings import Entry, revise
from tocsin.profiles import load_profiles
from tocsin.usecases.incidents.push_alerts import Doors, push_alerts
from tocsin.usecases.planning.rebalance_fleet import rebalance_fleet
from tocsin.usecases.planning.rebalance_site import rebalance_site
from tocsin.usecases.ports.operators import Live
from tocsin.usecases.ports.planning import Dispatch, Sources
from tocsin.usecases.scoring.device_memory import DeviceMemory
from tocsin.usecases.scoring.score_readings import score_readings
from tocsin.usecases.scoring.show_beside import LiveBeside

SITE: Final = "site"
TIMER_S: Final = 15  # REBALANCE_SCHEDULE of the sample
TARGET_PER_DAY: Final = 0.5
GRACE_S: Final = 120  # after a trouble, in which an alert is still its own
STILL_FOR_S: Final = 1_800  # at the end of a run: nothing moves any more

Way = Literal["optimiser", "paused", "oracle"]


@dataclass(frozen=True, slots=True)
class Result:
    """``late_by_s``: of each second, the tasks answered too late, each times its priority.
    ``moved_at_s``: when each migration was ordered. ``concerned``: tasks that ran where a trouble
    began. ``alerts``, ``justified``: raised, and those of them on a device with something wrong."""

    late_by_s: tuple[float, ...] = ()
    moved_at_s: tuple[float, ...] = ()
    concerned: int = 0
    alerts: int = 0
    justified: int = 0
    dead_letters: int = 0

    @property
    def late_s(self) -> float:
        """Task-seconds answered too late, each times its priority."""
        return sum(self.late_by_s)


class Loop:
    """The product around one site."""

    def __init__(self, scenario: Scenario, way: Way) -> None:
        self._scenario = scenario
        self._way = way
        self._profile: Profile = load_profiles()["workcell"]
        self.cells = {
            cell.device_id: Workcell(cell, scenario, self._profile) for cell in scenario.cells
        }
        names = self._profile.channel_names
        self._composers = {name: Composer(name, "workcell", names, "loop") for name in self.cells}
        self._unsent: dict[str, list[tuple[int, list[float]]]] = {name: [] for name in self.cells}
        self._timeline = Timeline(START_MS)
        self.database = Database()
        self._queue = Queue(self._timeline, self._take_up)
        hub = Hub(SITE, self.cells, self._timeline, fails=scenario.hub_fails)
        # The loop only lists devices, and asks for no client's address.
        database: Any = self.database
        self._sources = Sources(hub, database, database, database)
        self._dispatch = Dispatch(hub, database, database, self._queue, self._timeline.now_ms)
        self._live: Live = database
        self._beside = LiveBeside(database, every_s=0)
        self._models = ActiveModels(
            PublishedBundles(read_committed, SigningKeys()),
            self.database,
            refresh_s=1e9,
            clock_s=lambda: 0.0,
        )
        self._memory = DeviceMemory()
        self._oracle = Oracle(SITE, self.cells, scenario.tasks)
        self._lateness = Lateness(scenario)
        self._concerned: set[tuple[str, str, int]] = set()
        self._shown_alerts = 0

    async def run(self, lasts_s: int = LASTS_S) -> Result:
        await self._settle_in()
        for at_s in range(0, lasts_s, STEP_S):
            await self._step(at_s)
        moved = [
            (plan.created_at - START_MS) / 1_000
            for plan in self.database.plans
            for move in plan.migrations
            if move.source is not None
        ]
        raised = [alert for alert in self.database.alerts if alert.change == "raised"]
        return Result(
            late_by_s=tuple(self._lateness.by_second),
            moved_at_s=tuple(moved),
            concerned=len(self._concerned),
            alerts=len(raised),
            justified=sum(self._is_justified(one.device_id, one.t) for one in raised),
            dead_letters=len(self.database.letters),
        )

    async def _settle_in(self) -> None:
        tasks = {
            task.task_id: {
                "loadPct": task.load_pct,
                "deadlineMs": task.deadline_ms,
                "priority": task.priority,
                **({} if task.capability is None else {"capability": task.capability}),
            }
            for task in self._scenario.tasks
        }
        entry = Entry({"tasks": tasks}, "benchmark", START_MS)
        await self.database.replace_setting(revise(None, "tasks", SITE, entry))
        paused = Entry({"paused": self._way == "paused"}, "benchmark", START_MS)
        await self.database.replace_setting(revise(None, "optimiser", SITE, paused))
        if self._way == "optimiser":
            for at_s in range(TIMER_S, LASTS_S, TIMER_S):
                self._timeline.add(START_MS + 1_000 * at_s, self._plan_by_the_clock)

    async def _step(self, at_s: int) -> None:
        """The readings of the next STEP_S seconds, and what follows from them."""
        end_s = at_s + STEP_S
        if self._way == "oracle":
            self._oracle.look(at_s)
        await self._timeline.pass_until(START_MS + 1_000 * end_s - 500)
        self._note_concerned(at_s)
        self._measure(at_s)
        if self._way != "oracle":
            await self._score(end_s)
            await self._push()

    def _measure(self, at_s: int) -> None:
        answers = np.empty((len(self.cells), STEP_S))
        for row, (name, cell) in enumerate(self.cells.items()):
            times, values, answers[row] = cell.take(STEP_S)
            dead = [cell.has("dead", at_s + second) for second in range(STEP_S)]
            answers[row, dead] = np.inf
            if any(dead) or cell.has("mute", at_s):
                self._unsent[name].clear()  # nobody will ever know
            else:
                self._unsent[name] += zip(times, values, strict=True)
        self._lateness.count([*self.cells.values()], answers)

    async def _score(self, end_s: int) -> None:
        envelopes = [
            self._send(name)
            for name, cell in self.cells.items()
            if self._unsent[name] and end_s % cell.cell.every_s == 0
        ]
        if envelopes:
            await score_readings(
                envelopes,
                profiles={"workcell": self._profile},
                memory=self._memory,
                store=self.database,
                models=self._models,
                thresholds=self.database,
                targets=AlertTargets(TARGET_PER_DAY),
                dead_letters=self.database,
                live=self._beside,
                now_ms=self._timeline.now_ms,
            )
            await self._beside.settle()

    def _send(self, name: str) -> Envelope:
        times, values = zip(*self._unsent[name], strict=True)
        self._unsent[name] = []
        now = self._timeline.now
        message = self._composers[name].compose(times, values, produced_at=now)
        return Envelope(message.body, name, SITE, now, "0", message.seq, {"siteId": SITE})

    async def _push(self) -> None:
        alerts = self.database.alerts[self._shown_alerts :]
        self._shown_alerts = len(self.database.alerts)
        if alerts:
            doors = Doors(
                self._live, self._queue, self.database, self.database, _open_none,
                self._timeline.now_ms,
            )  # fmt: skip
            await push_alerts([alert.to_document() for alert in alerts], doors)

    async def _plan_by_the_clock(self) -> None:
        try:
            await rebalance_fleet(
                settings=self.database, rebalance=self._rebalance, now_ms=self._timeline.now_ms
            )
        except* DeliveryError:
            pass  # the hub does not answer, and the timer comes again

    async def _take_up(self, request: Request) -> None:
        try:
            await self._rebalance(request)
        except DeliveryError:
            await self._queue.put(request, delay_s=1)

    async def _rebalance(self, request: Request) -> Outcome:
        return await rebalance_site(
            request,
            leases=Leases(),
            sources=self._sources,
            dispatch=self._dispatch,
            planner=plan_at_once,
        )

    def _note_concerned(self, at_s: int) -> None:
        for trouble in self._scenario.troubles:
            if at_s <= trouble.start_s < at_s + STEP_S:
                running = self.cells[trouble.device_id].in_force.loads_pct
                self._concerned |= {(task, trouble.device_id, trouble.start_s) for task in running}

    def _is_justified(self, device_id: str, t_ms: int) -> bool:
        at_s = (t_ms - START_MS) / 1_000
        return any(
            one.start_s <= at_s < one.end_s + GRACE_S and one.kind != "deaf"
            for one in self.cells[device_id].troubles
        )


def run_scenario(scenario: Scenario, way: Way) -> Result:
    logging.getLogger("tocsin").setLevel(logging.CRITICAL)
    return asyncio.run(Loop(scenario, way).run())


async def _open_none(_: Sequence[Alert]) -> None:
    """The loop does not depend on incidents, and its alerts lack the mark that asks for one."""
