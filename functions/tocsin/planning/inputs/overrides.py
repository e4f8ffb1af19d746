"""What operators decided themselves: tasks pinned to devices, devices drained, pairs forbidden."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import InvalidProblemError
from tocsin.planning.inputs.fields import Fields, check_identifier, check_mapping, check_name


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

    def find_unknown(self, tasks: Collection[str], devices: Collection[str]) -> Iterator[str]:
        """What it names that is not there, in words."""
        for task_id in sorted(self.tasks.difference(tasks)):
            yield f"there is no task {task_id!r}"
        for device_id in sorted(self.devices.difference(devices)):
            yield f"there is no device {device_id!r} that runs tasks"

    def keep_known(self, tasks: Collection[str], devices: Collection[str]) -> Overrides:
        """Without what names something that is not there."""

        def there(task: str, device: str) -> bool:
            return task in tasks and device in devices

        return Overrides(
            pins={task: device for task, device in self.pins.items() if there(task, device)},
            drained=self.drained.intersection(devices),
            forbidden=frozenset(pair for pair in self.forbidden if there(*pair)),
        )


def parse_overrides(document: Mapping[str, Any]) -> Overrides:
    """Raises InvalidProblemError naming what is malformed or contradicts itself."""
    top = Fields(document, "overrides", ("pins", "drained", "forbidden"))
    pins = {
        check_identifier(task, "overrides.pins"): check_name(device, f"overrides.pins.{task}")
        for task, device in top.take_mapping("pins").items()
    }
    forbidden = frozenset(
        (check_identifier(task, "overrides.forbidden"), device)
        for task, devices in top.take_mapping("forbidden").items()
        for device in _parse_chosen(devices, f"overrides.forbidden.{task}")
    )
    for task, device in sorted(forbidden & set(pins.items())):
        raise InvalidProblemError(
            f"task {task!r} is both pinned to and forbidden on {device!r}: remove one of them"
        )
    drained = _parse_chosen(top.take_mapping("drained"), "overrides.drained")
    return Overrides(pins, drained, forbidden)


def describe_overrides(overrides: Overrides) -> dict[str, Any]:
    """The document that ``parse_overrides`` would read."""
    forbidden: dict[str, dict[str, bool]] = {}
    for task, device in sorted(overrides.forbidden):
        forbidden.setdefault(task, {})[device] = True
    return {
        "pins": dict(sorted(overrides.pins.items())),
        "drained": dict.fromkeys(sorted(overrides.drained), True),
        "forbidden": forbidden,
    }


def _parse_chosen(value: object, where: str) -> frozenset[str]:
    """The devices marked true in ``{device: true}``: an object, so that a patch can take one."""
    devices = check_mapping(value, where)
    for device, chosen in devices.items():
        if not isinstance(chosen, bool):
            raise InvalidProblemError(f"{where}.{device} must be true or false, not {chosen!r}")
    return frozenset(check_name(device, where) for device, chosen in devices.items() if chosen)
