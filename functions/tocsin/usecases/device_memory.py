"""The devices this process knows, the least recently heard of forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from tocsin.domain.fleet import DeviceState

MOST_DEVICES = 20_000


class DeviceMemory:
    """A bounded memory of device states; what it forgets is read from the database again."""

    def __init__(self, most: int = MOST_DEVICES) -> None:
        self._most = most
        self._states: OrderedDict[str, DeviceState] = OrderedDict()

    def get(self, device_id: str) -> DeviceState | None:
        return self._states.get(device_id)

    def forget(self, device_ids: Iterable[str]) -> None:
        for device_id in device_ids:
            self._states.pop(device_id, None)

    def update(self, states: Mapping[str, DeviceState]) -> None:
        for device_id, state in states.items():
            self._states[device_id] = state
            self._states.move_to_end(device_id)
        while len(self._states) > self._most:
            self._states.popitem(last=False)
