"""The devices this process knows, the least recently heard of forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from tocsin.domain.devices.fleet import DeviceState

MOST_DEVICES = 20_000

Known = TypeVar("Known")


class BoundedMemory(Generic[Known]):
    """What is known of each device; what is forgotten is read from the database again."""

    def __init__(self, most: int = MOST_DEVICES) -> None:
        self._most = most
        self._states: OrderedDict[str, Known] = OrderedDict()

    def get(self, device_id: str) -> Known | None:
        return self._states.get(device_id)

    def forget(self, device_ids: Iterable[str]) -> None:
        for device_id in device_ids:
            self._states.pop(device_id, None)

    def update(self, states: Mapping[str, Known]) -> None:
        for device_id, state in states.items():
            self._states[device_id] = state
            self._states.move_to_end(device_id)
        while len(self._states) > self._most:
            self._states.popitem(last=False)


class DeviceMemory(BoundedMemory[DeviceState]):
    """A bounded memory of device states."""
