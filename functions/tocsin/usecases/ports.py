"""What the use cases need from the outside, one Protocol a role. Adapters and fakes fulfil them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.bundle import BundleSpec
from tocsin.domain.dead_letters import DeadLetter
from tocsin.domain.drift import Reference
from tocsin.domain.profile import Profile
from tocsin.domain.windows import History
from tocsin.planning.plan import Plan
from tocsin.planning.problem import Problem
from tocsin.planning.solve_settings import SolveSettings

Document = Mapping[str, Any]


class Model(Protocol):
    """A loaded model bundle."""

    @property
    def spec(self) -> BundleSpec: ...

    def score(
        self, windows: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]:
        """Score windows ``[k, window, c]`` in raw units: scores ``[k]``, contributions ``[k, c]``
        and sensors ``[k, c]``, each 0 working, 1 missing or 2 stuck.

        Safe to call from another thread.
        """
        ...


class Models(Protocol):
    """The active model of each profile."""

    async def current(self, profile: Profile) -> Model | None:
        """The model in use, or None when none is active or none can be trusted."""
        ...


class DeviceThresholds(Protocol):
    """What operators set for single devices."""

    async def factors(self) -> Mapping[str, float]:
        """By device id the factor on the profile's threshold, for the few that have one."""
        ...


class Telemetry(Protocol):
    """What scoring reads and writes. Saving the same document again changes nothing."""

    async def device(self, device_id: str) -> Document | None: ...

    async def history(
        self, device_id: str, profile: Profile, *, before_t: int, count: int
    ) -> History:
        """The newest *count* readings of this profile with event times before *before_t* (ms)."""
        ...

    async def save_alerts(self, documents: Sequence[Document]) -> None: ...

    async def save_readings(self, documents: Sequence[Document]) -> None: ...

    async def add_readings(self, documents: Sequence[Document]) -> None:
        """Save those that are not stored yet; what is stored stays as it is."""
        ...

    async def save_devices(self, documents: Sequence[Document]) -> None: ...


class Fleet(Protocol):
    """What the API shows."""

    async def devices(self, site_id: str | None) -> list[Document]: ...

    async def device(self, device_id: str) -> Document | None: ...

    async def sites(self) -> list[str]: ...

    async def readings(
        self, device_id: str, *, from_t: int, to_t: int, most: int
    ) -> list[Document]:
        """Messages that overlap a time range (ms, both ends included), oldest first.

        Raises InvalidRequestError when there are more than *most*.
        """
        ...

    async def ping(self) -> None:
        """Raise when the database does not answer."""
        ...


class References(Protocol):
    """What the active bundle of a profile was made on."""

    async def active(self, profile: Profile) -> tuple[str, Reference]:
        """The active bundle's version and its reference.

        Raises InvalidBundleError when none is active, or it cannot be trusted or has none.
        """
        ...


class Drifts(Protocol):
    """What a drift is measured on, and where the last one of each profile is kept."""

    async def first_messages(
        self, device_id: str, profile: str, *, from_t: int, to_t: int, most: int
    ) -> list[Document]:
        """A device's first *most* messages that begin from *from_t* until before *to_t* (ms)."""
        ...

    async def save_drift(self, document: Document) -> None: ...

    async def drift(self, profile: str) -> Document | None:
        """The document saved last; None before the first measurement."""
        ...


class Feedback(Protocol):
    """A device's past alerts with their scores, and what operators made of them."""

    async def device(self, device_id: str) -> Document | None: ...

    async def alerts(self, device_id: str, *, from_t: int, to_t: int, most: int) -> list[Document]:
        """The newest *most* documents of alerts from *from_t* to *to_t* (ms), oldest first."""
        ...

    async def scores(self, device_id: str, *, from_t: int, to_t: int, most: int) -> list[Document]:
        """``t``, ``score`` and ``modelVersion`` of the first *most* messages that overlap a time
        range (ms, both ends included), oldest first."""
        ...

    async def device_threshold(self, device_id: str) -> Document | None: ...

    async def device_thresholds(self) -> list[Document]: ...

    async def save_device_threshold(self, document: Document) -> None: ...

    async def delete_device_threshold(self, device_id: str) -> None:
        """Deleting what is not there changes nothing."""
        ...

    async def save_audit(self, document: Document) -> None: ...


class DeadLetters(Protocol):
    """Where unusable messages are kept."""

    async def put(self, letter: DeadLetter) -> None: ...


class Live(Protocol):
    """The way to the browsers of a site."""

    async def send(self, site_id: str, message: Document) -> None:
        """Send to everyone who watches the site. Raises DeliveryError when it cannot."""
        ...

    async def client_url(self, user_id: str, site_id: str) -> str:
        """An address, good for minutes, at which one client receives this site's messages."""
        ...


class Twins(Protocol):
    """The devices' twins."""

    async def of_site(self, site_id: str) -> list[Document]:
        """The twins of the devices tagged with *site_id*: ``deviceId``, ``status``, ``tags``,
        ``properties``. What changed in the last minutes may be missing from them: the hub looks
        them up in an index. Raises DeliveryError when the hub does not answer."""
        ...

    async def of_device(self, device_id: str) -> Document | None:
        """One twin as it is now; None for a device that is not registered. Raises DeliveryError."""
        ...

    async def order(self, device_id: str, allocation: Document) -> None:
        """Set the desired property ``allocation``. Raises DeliveryError when it cannot."""
        ...


class Plans(Protocol):
    """What was planned for each site."""

    async def plan(self, site_id: str, version: int) -> Document | None: ...

    async def plans(self, site_id: str, *, before_version: int, most: int) -> list[Document]:
        """The newest *most* plans older than *before_version*, newest first."""
        ...

    async def recent_plans(self, site_id: str, *, since_ms: int) -> list[Document]:
        """Plans made since *since_ms*, and older ones that are still open; newest first."""
        ...

    async def save_plan(self, document: Document) -> None: ...

    async def standing(self, site_id: str) -> Document | None: ...

    async def save_standing(self, document: Document) -> None: ...


class SiteSettings(Protocol):
    """What operators set for a site: its optimiser, overrides and tasks."""

    async def setting(self, kind: str, site_id: str) -> tuple[Document, str] | None:
        """The document and its etag; None before it was first set."""
        ...

    async def replace_setting(self, document: Document, etag: str | None) -> None:
        """Save a document read with *etag*, a new one with None.

        Raises ChangedMeanwhileError when it is not as it was read.
        """
        ...

    async def planned_sites(self) -> list[str]:
        """The sites that have a document of tasks, by id."""
        ...

    async def save_audit(self, document: Document) -> None: ...


class Lease(Protocol):
    """The sole right to work on something, for half a minute."""

    async def renew(self) -> None:
        """Raises BusyError when it was lost meanwhile."""
        ...


class Leases(Protocol):
    """Who works on what."""

    def held(self, name: str) -> AbstractAsyncContextManager[Lease]:
        """Hold the lease *name*; entering raises BusyError when someone else does."""
        ...


class Requests(Protocol):
    """The queue of requests to rebalance a site."""

    async def put(self, request: Document, *, delay_s: int = 0) -> None:
        """Have it taken up after *delay_s*. Raises DeliveryError when the queue is away."""
        ...


class Planner(Protocol):
    """The optimiser, off the event loop."""

    async def __call__(self, problem: Problem, settings: SolveSettings) -> Plan: ...


@dataclass(frozen=True, slots=True)
class SitePorts:
    """All that planning a site, and setting how it is planned, works with."""

    fleet: Fleet
    twins: Twins
    plans: Plans
    settings: SiteSettings
    leases: Leases
    requests: Requests
    live: Live
    planner: Planner
    now_ms: Callable[[], int]
