"""The database, queue and hub of one run, in memory: the ports that the use cases need."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.alert_marks import AlertKey, Mark
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.newest_message import NewestMessage
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.errors import ChangedMeanwhileError, RefusedError
from tocsin.domain.judging.baseline import Baseline
from tocsin.domain.letters.dead_letters import Letter
from tocsin.domain.limits.book import LimitBook
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.restraint import Hold
from tocsin.domain.plans.site_standing import SiteStanding
from tocsin.domain.plans.stored_plan import PlanPage, StoredPlan
from tocsin.domain.profile import Profile
from tocsin.domain.settings.site_settings import Kind, StoredSetting
from tocsin.domain.windows.window import History
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Problem
from tocsin.planning.solve import solve
from tocsin.planning.solve_settings import SolveSettings
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.scoring import Refusal


class Database:
    """The ports Telemetry, Fleet, Plans and SiteSettings, as far as the loop uses them.

    Standings pass through their documents, as after a restart.
    """

    def __init__(self) -> None:
        self.alerts: list[Alert] = []
        self.plans: list[StoredPlan] = []
        self.letters: list[Letter] = []
        self.holds: list[Hold] = []
        self._devices: dict[str, DeviceRecord] = {}
        self._settings: dict[Kind, StoredSetting] = {}
        self._standing: Mapping[str, Any] | None = None

    async def device(self, device_id: str) -> DeviceRecord | None:
        return self._devices.get(device_id)

    async def devices(self, site_id: str | None) -> list[DeviceRecord]:  # noqa: ARG002 (there is one)
        return [*self._devices.values()]

    async def history(
        self,
        device_id: str,  # noqa: ARG002 (the process that scores remembers)
        profile: Profile,
        *,
        before_t: int,  # noqa: ARG002
        count: int,  # noqa: ARG002
        epoch: int = 0,  # noqa: ARG002
    ) -> History:
        return History.empty(profile)

    async def stored(
        self,
        device_id: str,  # noqa: ARG002 (nobody sends a reading twice)
        profile: Profile,
        *,
        from_t: int,  # noqa: ARG002
        to_t: int,  # noqa: ARG002
    ) -> list[History]:
        return [History.empty(profile)]

    async def find_newer(self, record: DeviceRecord) -> NewestMessage | None:  # noqa: ARG002
        """No process ends here before it has told everything."""
        return None

    async def find_latest(self, profile: str) -> int:  # noqa: ARG002 (nothing is published)
        return 0

    async def keep_latest(self, profile: str, at: int) -> None:
        """Nobody else takes bundles."""

    async def save_alerts(self, alerts: Sequence[Alert]) -> list[Refusal]:
        self.alerts += alerts
        return [None] * len(alerts)

    async def save_readings(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        return [None] * len(messages)  # nobody reads them here

    async def add_readings(self, messages: Sequence[DecidedMessage]) -> list[Refusal]:
        return [None] * len(messages)

    async def save_devices(
        self, devices: Sequence[DeviceRecord]
    ) -> list[str | RefusedError | ChangedMeanwhileError]:
        self._devices |= {device.device_id: device for device in devices}
        return ["stored"] * len(devices)

    async def find_owed(self, *, stored_before_ms: int, most: int) -> list[Document]:  # noqa: ARG002
        return []

    async def mark(self, key: AlertKey, marks: Mapping[Mark, int]) -> None:
        """Nobody sweeps here."""

    async def set_aside(self, key: AlertKey, at_ms: int) -> None:
        """Nobody sweeps here."""

    async def find_plan(self, site_id: str, version: int) -> StoredPlan | None:  # noqa: ARG002
        return next((plan for plan in self.plans if plan.version == version), None)

    async def list_plans(self, site_id: str, *, before_version: int, most: int) -> PlanPage:  # noqa: ARG002
        earlier = [plan for plan in reversed(self.plans) if plan.version < before_version]
        return PlanPage(tuple(earlier[:most]))

    async def list_recent(self, site_id: str, *, since_ms: int) -> list[StoredPlan]:  # noqa: ARG002
        return [
            plan for plan in reversed(self.plans) if plan.created_at >= since_ms or plan.is_open
        ]

    async def save_plan(self, plan: StoredPlan) -> None:
        kept = [one for one in self.plans if one.version != plan.version]
        self.plans = sorted([*kept, plan], key=lambda one: one.version)

    async def find_standing(self, site_id: str) -> SiteStanding | None:  # noqa: ARG002
        return None if self._standing is None else SiteStanding.from_document(self._standing)

    async def save_standing(self, standing: SiteStanding) -> None:
        self._standing = standing.to_document()

    async def record_hold(self, site_id: str, hold: Hold) -> None:  # noqa: ARG002
        self.holds.append(hold)

    async def find_setting(self, kind: Kind, site_id: str) -> StoredSetting | None:  # noqa: ARG002
        return self._settings.get(kind)

    async def replace_setting(self, setting: StoredSetting) -> None:
        self._settings[setting.kind] = setting

    async def list_settings(self, kind: Kind) -> list[StoredSetting]:
        return [setting for setting in self._settings.values() if setting.kind == kind]

    async def list_planned_sites(self) -> list[str]:
        return [setting.site_id for setting in self._settings.values() if setting.kind == "tasks"]

    async def record_change(self, setting: StoredSetting) -> None:
        """Nobody reads it here."""

    async def put(self, letter: Letter) -> None:
        self.letters.append(letter)

    async def send(self, site_id: str, message: Document) -> None:
        """To nobody."""

    async def baselines(self) -> Mapping[str, Baseline]:
        return {}

    async def factors(self) -> Mapping[str, float]:
        return {}

    async def limits(self) -> LimitBook:
        return LimitBook()


class Leases:
    """The ports Leases and Lease, where nobody else works."""

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[Leases]:  # noqa: ARG002
        yield self

    async def renew(self) -> None:
        """It is ours."""


class Timeline:
    """What is to happen when, and the clock that shows it."""

    def __init__(self, start_ms: int) -> None:
        self.now = start_ms
        self._coming: list[tuple[int, int, Callable[[], Awaitable[None]]]] = []
        self._count = itertools.count()

    def now_ms(self) -> int:
        return self.now

    def add(self, at_ms: int, happening: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._coming, (max(at_ms, self.now), next(self._count), happening))

    async def pass_until(self, end_ms: int) -> None:
        while self._coming and self._coming[0][0] <= end_ms:
            self.now, _, happening = heapq.heappop(self._coming)
            await happening()
        self.now = end_ms


class Queue:
    """The port Requests: each is taken up when its delay is over."""

    def __init__(self, timeline: Timeline, take_up: Callable[[Request], Awaitable[None]]) -> None:
        self._timeline = timeline
        self._take_up = take_up

    async def put(self, request: Request, *, delay_s: int = 0) -> None:
        at_ms = self._timeline.now + 1_000 * delay_s + 300
        self._timeline.add(at_ms, lambda: self._take_up(request))


async def plan_at_once(problem: Problem, settings: SolveSettings) -> Plan:
    """The port Planner, without a thread: nothing else is to be done meanwhile."""
    return solve(problem, settings)
