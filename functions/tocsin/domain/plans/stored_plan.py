"""A plan that was carried out, as the database keeps it (docs/formats.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.plans.deliveries import Delivery
from tocsin.domain.plans.figures import Figures
from tocsin.domain.plans.orders import Order
from tocsin.domain.plans.requests import Cause

TTL_S = 90 * 24 * 60 * 60
DETAILS = frozenset({"allocation", "devices", "orders", "ttl"})


def plan_id(version: int) -> str:
    """Sorts as the versions do."""
    return f"{version:010d}"


@dataclass(frozen=True, slots=True)
class Migration:
    """One task's move; ``source`` is None for a task that ran nowhere."""

    task_id: str
    source: str | None
    target: str
    reason: str

    def to_document(self) -> dict[str, Any]:
        return {
            "taskId": self.task_id,
            "from": self.source,
            "to": self.target,
            "reason": self.reason,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Migration:
        return cls(document["taskId"], document["from"], document["to"], document["reason"])


@dataclass(frozen=True, slots=True)
class PlannedDevice:
    """What a device counted for in a plan, and the load it carries after it.

    ``health``: 1 sound, 0 failed; ``why``: in words, empty for a sound device.
    ``background_pct``, ``capacity_pct``, ``load_pct``: what it does beside its tasks, what is left
    for tasks, and what they take, in percent of one reference processor. ``speed``: the share of
    its usual one. ``basis``: what these rest on, in words.
    """

    health: float
    why: str
    drained: bool
    background_pct: float
    capacity_pct: float
    load_pct: float
    speed: float = 1.0
    basis: str = ""

    def to_document(self) -> dict[str, Any]:
        return {
            "health": self.health,
            "why": self.why,
            "drained": self.drained,
            "backgroundPct": self.background_pct,
            "capacityPct": self.capacity_pct,
            "loadPct": self.load_pct,
            "speed": self.speed,
            "basis": self.basis,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> PlannedDevice:
        return cls(
            health=document["health"],
            why=document["why"],
            drained=document["drained"],
            background_pct=document["backgroundPct"],
            capacity_pct=document["capacityPct"],
            load_pct=document["loadPct"],
            speed=document.get("speed", 1.0),
            basis=document.get("basis", ""),
        )


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan, why it was made, the orders that bring it about, and how far they have come.

    ``created_at``: ms since the epoch. ``notes``: what was left out of the plan, in words.
    ``allocation``: task → device, None for a task that can run nowhere. ``devices``, ``orders``,
    ``deliveries``: by device id; orders in the sequence in which they are sent. Only the
    deliveries change after the plan was made.
    """

    site_id: str
    version: int
    created_at: int
    cause: Cause
    figures: Figures
    notes: tuple[str, ...]
    migrations: tuple[Migration, ...]
    allocation: Mapping[str, str | None]
    devices: Mapping[str, PlannedDevice]
    orders: Mapping[str, Order]
    deliveries: Mapping[str, Delivery]

    @property
    def is_open(self) -> bool:
        """Whether some device has yet to obey."""
        return any(delivery.is_awaited for delivery in self.deliveries.values())

    @property
    def is_under_way(self) -> bool:
        """Whether some order is yet to be sent, confirmed or given up."""
        return any(delivery.is_open for delivery in self.deliveries.values())

    def to_document(self) -> dict[str, Any]:
        deliveries = sorted(self.deliveries.items())
        return {
            "id": plan_id(self.version),
            "type": "plan",
            "siteId": self.site_id,
            "version": self.version,
            "createdAt": self.created_at,
            "cause": self.cause.to_document(),
            **self.figures.to_document(),
            "notes": [*self.notes],
            "migrations": [move.to_document() for move in self.migrations],
            "allocation": dict(self.allocation),
            "devices": {name: device.to_document() for name, device in self.devices.items()},
            "orders": {name: order.to_document() for name, order in self.orders.items()},
            "deliveries": {name: delivery.to_document() for name, delivery in deliveries},
            "open": self.is_open,
            "ttl": TTL_S,
        }

    def to_summary(self) -> dict[str, Any]:
        """The document without what only details need: for lists and for live messages."""
        document = self.to_document()
        return {name: value for name, value in document.items() if name not in DETAILS}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> StoredPlan:
        """Raises DamagedDocumentError naming the plan and what is wrong with it."""
        try:
            return cls._read(document)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise DamagedDocumentError(
                f"the plan {document.get('id')!r} of site {document.get('siteId')!r:.80} is "
                f"damaged: {error!r:.200}"
            ) from error

    @classmethod
    def _read(cls, document: Mapping[str, Any]) -> StoredPlan:
        devices, orders = document["devices"].items(), document["orders"].items()
        deliveries = document["deliveries"].items()
        return cls(
            site_id=document["siteId"],
            version=document["version"],
            created_at=document["createdAt"],
            cause=Cause.from_document(document["cause"]),
            figures=Figures.from_document(document),
            notes=tuple(document["notes"]),
            migrations=tuple(map(Migration.from_document, document["migrations"])),
            allocation=document["allocation"],
            devices={name: PlannedDevice.from_document(device) for name, device in devices},
            orders={name: Order.from_document(order) for name, order in orders},
            deliveries={name: Delivery.from_document(part) for name, part in deliveries},
        )


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Plans, newest first. ``damaged``: by id, what is wrong with those that cannot be read."""

    plans: tuple[StoredPlan, ...] = ()
    damaged: Mapping[str, str] = field(default_factory=dict)


def read_plans(documents: Iterable[Mapping[str, Any]]) -> PlanPage:
    """One that is damaged hides no other, and is named."""
    plans: list[StoredPlan] = []
    damaged: dict[str, str] = {}
    for document in documents:
        try:
            plans.append(StoredPlan.from_document(document))
        except DamagedDocumentError as error:
            damaged[str(document.get("id"))] = str(error)
    return PlanPage(tuple(plans), damaged)
