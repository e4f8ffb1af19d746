"""Plans, settings, leases and requests in memory: the ports of planning a site."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.live import FakeLive
from tests.fakes.meter import FakeMeter
from tests.fakes.store import FakeStore
from tests.fakes.twins import FakeTwins
from tocsin.domain.errors import BusyError, ChangedMeanwhileError, DeliveryError, RefusedError
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.restraint import Hold
from tocsin.domain.plans.site_standing import STANDING_ID, Outcome, SiteStanding
from tocsin.domain.plans.stored_plan import PlanPage, StoredPlan, plan_id, read_plans
from tocsin.domain.settings.site_settings import (
    NO_SITE,
    Entry,
    Kind,
    StoredSetting,
    revise,
    setting_id,
)
from tocsin.domain.sites import list_sites
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Problem
from tocsin.planning.solve import solve
from tocsin.planning.solve_settings import SolveSettings
from tocsin.usecases.planning.rebalance_site import rebalance_site
from tocsin.usecases.ports.documents import Document
from tocsin.usecases.ports.planning import Dispatch, Sources


class FakeSites:
    """The ports Plans and SiteSettings. ``audit_away``: a change of a setting cannot be recorded.

    ``meanwhile``: run once just before the next setting is replaced, as another operator would.
    """

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.set: dict[str, tuple[str, int]] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.audit_away = False
        self.meanwhile: list[StoredSetting] = []

    async def find_plan(self, site_id: str, version: int) -> StoredPlan | None:
        found = self._find(site_id, plan_id(version))
        return None if found is None else StoredPlan.from_document(found)

    async def list_plans(self, site_id: str, *, before_version: int, most: int) -> PlanPage:
        found = [plan for plan in self.all_plans(site_id) if plan["version"] < before_version]
        return read_plans(found[:most])

    async def list_recent(self, site_id: str, *, since_ms: int) -> list[StoredPlan]:
        plans = map(StoredPlan.from_document, self.all_plans(site_id))
        return [plan for plan in plans if plan.created_at >= since_ms or plan.is_open]

    async def save_plan(self, plan: StoredPlan) -> None:
        self._keep(plan.to_document())

    async def find_standing(self, site_id: str) -> SiteStanding | None:
        found = self._find(site_id, STANDING_ID)
        return None if found is None else SiteStanding.from_document(found)

    async def save_standing(self, standing: SiteStanding) -> None:
        self._keep(standing.to_document())

    async def record_hold(self, site_id: str, hold: Hold) -> None:
        document = hold.to_audit(site_id)
        self.records[document["id"]] = json.loads(json.dumps(document, allow_nan=False))

    async def find_setting(self, kind: Kind, site_id: str) -> StoredSetting | None:
        found = self.set.get(setting_id(kind, site_id))
        if found is None:
            return None
        text, count = found
        return StoredSetting.from_document(json.loads(text), etag=str(count))

    async def replace_setting(self, setting: StoredSetting) -> None:
        while self.meanwhile:
            self._set(self.meanwhile.pop())
        name = setting_id(setting.kind, setting.site_id)
        found = self.set.get(name)
        if setting.etag != (None if found is None else str(found[1])):
            raise ChangedMeanwhileError(f"{name} was changed by someone else")
        self._set(setting)

    async def list_settings(self, kind: Kind) -> list[StoredSetting]:
        documents = [json.loads(text) for text, _ in self.set.values()]
        return [
            StoredSetting.from_document(part, etag=str(count))
            for part, (_, count) in zip(documents, self.set.values(), strict=True)
            if part["type"] == kind
        ]

    async def list_planned_sites(self) -> list[str]:
        documents = [json.loads(text) for text, _ in self.set.values()]
        return list_sites(part["siteId"] for part in documents if part["type"] == "tasks")

    async def record_change(self, setting: StoredSetting) -> None:
        document = setting.to_audit()
        if self.audit_away:
            raise OSError("the process ended here")
        self.records[document["id"]] = json.loads(json.dumps(document, allow_nan=False))

    def set_access(self, content: dict[str, Any]) -> None:
        """As an admin did some time ago."""
        self._set(revise(None, "access", NO_SITE, Entry(content, "ada", 0)))

    @property
    def audit(self) -> list[dict[str, Any]]:
        """Every record, in the order of their first appearance."""
        return [*self.records.values()]

    def all_plans(self, site_id: str) -> list[dict[str, Any]]:
        """Newest first."""
        texts = [json.loads(text) for (site, _), text in self.kept.items() if site == site_id]
        plans = [document for document in texts if document["type"] == "plan"]
        return sorted(plans, key=lambda plan: -int(plan["version"]))

    def _set(self, setting: StoredSetting) -> None:
        document = setting.to_document()
        _, count = self.set.get(document["id"], ("", 0))
        self.set[document["id"]] = (json.dumps(document, allow_nan=False), count + 1)

    def _find(self, site_id: str, name: str) -> Document | None:
        text = self.kept.get((site_id, name))
        return None if text is None else dict(json.loads(text))

    def _keep(self, document: Document) -> None:
        self.kept[document["siteId"], document["id"]] = json.dumps(document, allow_nan=False)


class FakeLeases:
    """The ports Leases and Lease. ``taken``: names that someone holds; ``renewals``: how many more
    succeed, None for any number."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.renewals: int | None = None

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[FakeLeases]:
        if name in self.taken:
            raise BusyError(f"{name} is being worked on")
        self.taken.add(name)
        try:
            yield self
        finally:
            self.taken.discard(name)

    async def renew(self) -> None:
        if self.renewals == 0:
            raise BusyError("the lease was lost")
        if self.renewals is not None:
            self.renewals -= 1


class FakeRequests:
    """The port Requests. ``queue``: (request, delay in s) in order; ``away`` makes a call fail.

    ``hangs``: no call comes back. ``refuses``: it takes nothing, ever.
    """

    def __init__(self) -> None:
        self.queue: list[tuple[dict[str, Any], int]] = []
        self.away = False
        self.hangs = False
        self.refuses = False

    async def put(self, request: Request, *, delay_s: int = 0) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.away:
            raise DeliveryError("the queue is away")
        if self.refuses:
            raise RefusedError("the queue takes no such request")
        self.queue.append((request.to_document(), delay_s))

    def kinds(self) -> list[str]:
        return [request["kind"] for request, _ in self.queue]


class FakePlanner:
    """The port Planner: the real optimiser. ``problems``: all it was asked.

    ``during``: run once while a plan is being made, as whatever happens meanwhile.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.during: list[Any] = []

    async def __call__(self, problem: Problem, settings: SolveSettings) -> Plan:
        self.problems.append(problem)
        for happening in self.during:
            await happening()
        self.during.clear()
        return solve(problem, settings)


@dataclass
class FakeClock:
    """Shows ``now_ms`` until told otherwise."""

    now_ms: int

    def __call__(self) -> int:
        return self.now_ms

    def pass_s(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1_000)


@dataclass
class Workshop:
    """One site's worth of fakes, and a run over them."""

    clock: FakeClock
    store: FakeStore = field(default_factory=FakeStore)
    sites: FakeSites = field(default_factory=FakeSites)
    twins: FakeTwins = field(default_factory=FakeTwins)
    leases: FakeLeases = field(default_factory=FakeLeases)
    requests: FakeRequests = field(default_factory=FakeRequests)
    live: FakeLive = field(default_factory=FakeLive)
    planner: FakePlanner = field(default_factory=FakePlanner)
    meter: FakeMeter = field(default_factory=FakeMeter)

    @property
    def sources(self) -> Sources:
        return Sources(self.twins, self.store, self.sites, self.sites)

    @property
    def dispatch(self) -> Dispatch:
        return Dispatch(self.twins, self.sites, self.live, self.requests, self.clock, self.meter)

    async def rebalance(self, request: Request) -> Outcome:
        return await rebalance_site(
            request,
            leases=self.leases,
            sources=self.sources,
            dispatch=self.dispatch,
            planner=self.planner,
        )
