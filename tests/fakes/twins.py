"""The twins of devices in memory: the port Twins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tocsin.domain.devices.twins import Twin
from tocsin.domain.errors import DeliveryError
from tocsin.domain.plans.orders import Order


class FakeTwins:
    """The port Twins. ``orders``: every one given, in order. ``obedient``: devices obey at once.

    ``deaf``: devices that take an order and never report; ``away``: ids whose order fails, or
    ``everyone`` for a hub that does not answer at all. ``listed``: what a list shows of some, in
    place of what they are; ``asked``: the ids of those read by themselves.
    """

    def __init__(self) -> None:
        self.twins: dict[str, dict[str, Any]] = {}
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self.obedient = True
        self.deaf: set[str] = set()
        self.away: set[str] = set()
        self.listed: dict[str, Twin] = {}
        self.asked: list[str] = []
        self.now_ms = 0

    def add(
        self, device_id: str, site_id: str, *, running: tuple[str, ...] = (), **tags: object
    ) -> None:
        """A device of capacity 100 that runs what the fleet file gave it."""
        capacity = {"cpuPct": 100.0, "energyWPerPct": 12.0, "responseMs": 22.0}
        self.twins[device_id] = {
            "deviceId": device_id,
            "status": "enabled",
            "tags": {"siteId": site_id, "capacity": capacity, **tags},
            "properties": {
                "desired": {},
                "reported": {"allocation": {"version": 0, "tasks": [*running], "at": 0}},
            },
        }

    def report(self, device_id: str, **allocation: Any) -> None:  # noqa: ANN401 (any report)
        self.twins[device_id]["properties"]["reported"]["allocation"] = allocation

    def obey(self, device_id: str) -> None:
        """Run what was ordered last, and say so."""
        ordered = self.twins[device_id]["properties"]["desired"]["allocation"]
        tasks = [task["id"] for task in ordered["tasks"]]
        self.report(device_id, version=ordered["version"], tasks=tasks, at=self.now_ms)

    def running(self, device_id: str) -> set[str]:
        return {*self.twins[device_id]["properties"]["reported"]["allocation"]["tasks"]}

    async def list_twins(self, site_id: str) -> list[Twin]:
        self._reach("everyone")
        found = map(_parse_twin, self.twins.values())
        return [
            self.listed.get(twin.device_id, twin)
            for twin in found
            if twin.tags.get("siteId") == site_id
        ]

    async def find_twin(self, device_id: str) -> Twin | None:
        self._reach("everyone")
        self.asked.append(device_id)
        found = self.twins.get(device_id)
        return None if found is None else _parse_twin(found)

    async def send_order(self, device_id: str, order: Order) -> None:
        self._reach("everyone", device_id)
        if device_id not in self.twins:
            raise DeliveryError("IoT Hub answered 404")
        allocation = order.to_document()
        self.orders.append((device_id, allocation))
        self.twins[device_id]["properties"]["desired"]["allocation"] = allocation
        if self.obedient and device_id not in self.deaf:
            self.obey(device_id)

    def _reach(self, *names: str) -> None:
        if self.away & set(names):
            raise DeliveryError("IoT Hub cannot be reached")


def _parse_twin(document: Mapping[str, Any]) -> Twin:
    """As the hub returns it, through JSON: what is changed later in one changes not the other."""
    copied = json.loads(json.dumps(document, allow_nan=False))
    properties = copied["properties"]
    return Twin(
        device_id=copied["deviceId"],
        tags=copied["tags"],
        is_enabled=copied["status"] != "disabled",
        desired=properties["desired"].get("allocation"),
        reported=properties["reported"].get("allocation"),
    )
