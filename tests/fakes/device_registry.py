"""A device registry in memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from device_sim.errors import RegistryError


class FakeRegistry:
    """Keeps keys and tags by device; refuses the devices in ``broken``."""

    def __init__(self, devices: tuple[str, ...] = (), *, broken: tuple[str, ...] = ()) -> None:
        self.keys = {device: f"key of {device}" for device in devices}
        self.tags: dict[str, dict[str, Any]] = {}
        self._broken = broken
        self._lock = threading.Lock()

    def key_of(self, device: str) -> str | None:
        return self.keys.get(device)

    def create(self, device: str) -> bool:
        if device in self._broken:
            raise RegistryError(f"{device}: the device registry answered 500")
        with self._lock:
            if device in self.keys:
                return False
            self.keys[device] = f"key of {device}"
            return True

    def tag(self, device: str, tags: Mapping[str, Any]) -> None:
        with self._lock:
            self.tags.setdefault(device, {}).update(tags)
