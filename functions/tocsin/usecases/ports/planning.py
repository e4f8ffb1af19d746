"""What planning a site, and setting how it is planned, needs from the outside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from tocsin.domain.devices.twins import Twin
from tocsin.domain.plans.orders import Order
from tocsin.domain.plans.requests import Request
from tocsin.domain.plans.restraint import Hold
from tocsin.domain.plans.site_standing import SiteStanding
from tocsin.domain.plans.stored_plan import PlanPage, StoredPlan
from tocsin.domain.settings.site_settings import Kind, StoredSetting
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Problem
from tocsin.planning.solve_settings import SolveSettings
from tocsin.usecases.ports.metering import UNMETERED, Meter
from tocsin.usecases.ports.operators import Fleet, Live


class Twins(Protocol):
    """The devices' twins."""

    async def list_twins(self, site_id: str) -> list[Twin]:
        """The twins of the devices tagged with *site_id*. What changed in the last minutes may be
        missing from them: the hub looks them up in an index. Raises DeliveryError when the hub does
        not answer."""
        ...

    async def find_twin(self, device_id: str) -> Twin | None:
        """One twin as it is now; None for a device that is not registered. Raises DeliveryError."""
        ...

    async def send_order(self, device_id: str, order: Order) -> None:
        """Set the desired property ``allocation``. Raises DeliveryError when it cannot."""
        ...


class Plans(Protocol):
    """What was planned for each site."""

    async def find_plan(self, site_id: str, version: int) -> StoredPlan | None:
        """Raises DamagedDocumentError."""
        ...

    async def list_plans(self, site_id: str, *, before_version: int, most: int) -> PlanPage:
        """The newest *most* plans older than *before_version*."""
        ...

    async def list_recent(self, site_id: str, *, since_ms: int) -> list[StoredPlan]:
        """Plans made since *since_ms*, and older ones that are still open; newest first.

        Raises DamagedDocumentError: whoever plans must not take an order for one never given.
        """
        ...

    async def save_plan(self, plan: StoredPlan) -> None: ...

    async def find_standing(self, site_id: str) -> SiteStanding | None:
        """None before the first run."""
        ...

    async def save_standing(self, standing: SiteStanding) -> None: ...

    async def record_hold(self, site_id: str, hold: Hold) -> None:
        """Put a hold into the audit; once more changes nothing."""
        ...


class SiteSettings(Protocol):
    """What operators set for a site: its optimiser, overrides and tasks."""

    async def find_setting(self, kind: Kind, site_id: str) -> StoredSetting | None:
        """None before it was first set."""
        ...

    async def replace_setting(self, setting: StoredSetting) -> None:
        """Save a setting in place of the one whose etag it carries; as a new one if it has none.

        Raises ChangedMeanwhileError when what is stored is no longer that one.
        """
        ...

    async def list_settings(self, kind: Kind) -> list[StoredSetting]:
        """Those of this kind of all sites; a damaged document is logged and left out."""
        ...

    async def list_planned_sites(self) -> list[str]:
        """The sites that have a document of tasks, by id."""
        ...

    async def record_change(self, setting: StoredSetting) -> None:
        """Put the change that led to *setting* into the audit; once more changes nothing."""
        ...


class Lease(Protocol):
    """The sole right to work on something, for half a minute."""

    async def renew(self) -> None:
        """Raises BusyError when it was lost meanwhile."""
        ...


class Leases(Protocol):
    """Who works on what."""

    def hold(self, name: str) -> AbstractAsyncContextManager[Lease]:
        """Hold the lease *name*; entering raises BusyError when someone else does."""
        ...


class Requests(Protocol):
    """The queue of requests to rebalance a site."""

    async def put(self, request: Request, *, delay_s: int = 0) -> None:
        """Have it taken up after *delay_s*. Raises DeliveryError when the queue is away."""
        ...


class Planner(Protocol):
    """The optimiser, off the event loop."""

    async def __call__(self, problem: Problem, settings: SolveSettings) -> Plan: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where what is known of a site is read, and what operators set for it is kept."""

    twins: Twins
    fleet: Fleet
    plans: Plans
    settings: SiteSettings


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The ways on which orders leave a run, and word of them: to the devices, the database, those
    who watch, and the queue of what is looked at later. ``meter``: what is measured of it."""

    twins: Twins
    plans: Plans
    live: Live
    requests: Requests
    now_ms: Callable[[], int]
    meter: Meter = UNMETERED
