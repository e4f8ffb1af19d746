"""What operators decided themselves: tasks pinned to devices, devices drained, pairs forbidden."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import InvalidProblemError
from tocsin.planning.inputs.fields import Fields, as_identifier, as_mapping, as_name


@dataclass(frozen=True, slots=True)
class Overrides:
    """``pins``: task → device. ``drained``: devices that shall end with no task. ``forbidden``:
    (task, device) pairs that must not come about."""

    pins: Mapping[str, str]
    drained: frozenset[str]
    forbidden: frozenset[tuple[str, str]]

    @property
    def tasks(self) -> frozenset[str]:
        """All that it names."""
        return frozenset(self.pins) | {task for task, _ in self.forbidden}

    @property
    def devices(self) -> frozenset[str]:
        """All that it names."""
        return self.drained | {*self.pins.values()} | {device for _, device in self.forbidden}

    def unknown(self, tasks: Collection[str], devices: Collection[str]) -> Iterator[str]:
        """What it names that is not there, in words."""
        for task_id in sorted(self.tasks.difference(tasks)):
            yield f"there is no task {task_id!r}"
        for device_id in sorted(self.devices.difference(devices)):
            yield f"there is no device {device_id!r} that runs tasks"

    def known(self, tasks: Collection[str], devices: Collection[str]) -> Overrides:
        """Without what names something that is not there."""

        def there(task: str, device: str) -> bool:
            return task in tasks and device in devices

        return Overrides(
            pins={task: device for task, device in self.pins.items() if there(task, device)},
            drained=frozenset(one for one in self.drained if one in devices),
            forbidden=frozenset(pair for pair in self.forbidden if there(*pair)),
        )


def parse_overrides(document: Mapping[str, Any]) -> Overrides:
    """Raises InvalidProblemError naming what is malformed or contradicts itself."""
    top = Fields(document, "overrides", ("pins", "drained", "forbidden"))
    pins = {
        as_identifier(task, "overrides.pins"): as_name(device, f"overrides.pins.{task}")
        for task, device in top.mapping("pins").items()
    }
    forbidden = frozenset(
        (as_identifier(task, "overrides.forbidden"), device)
        for task, devices in top.mapping("forbidden").items()
        for device in _chosen(devices, f"overrides.forbidden.{task}")
    )
    for task, device in sorted(forbidden & set(pins.items())):
        raise InvalidProblemError(
            f"task {task!r} is both pinned to and forbidden on {device!r}: remove one of them"
        )
    return Overrides(pins, _chosen(top.mapping("drained"), "overrides.drained"), forbidden)


def shown_overrides(overrides: Overrides) -> dict[str, Any]:
    """The document that ``parse_overrides`` would read."""
    forbidden: dict[str, dict[str, bool]] = {}
    for task, device in sorted(overrides.forbidden):
        forbidden.setdefault(task, {})[device] = True
    return {
        "pins": dict(sorted(overrides.pins.items())),
        "drained": dict.fromkeys(sorted(overrides.drained), True),
        "forbidden": forbidden,
    }


def _chosen(value: object, where: str) -> frozenset[str]:
    """The devices marked true in ``{device: true}``: an object, so that a patch can take one."""
    devices = as_mapping(value, where)
    for device, chosen in devices.items():
        if not isinstance(chosen, bool):
            raise InvalidProblemError(f"{where}.{device} must be true or false, not {chosen!r}")
    return frozenset(as_name(device, where) for device, chosen in devices.items() if chosen)
