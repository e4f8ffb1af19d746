"""A fleet of any size from a fleet file: fewer devices than it has, or whole sites once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from device_sim.errors import FleetError
from device_sim.fleet.document import IDENTIFIER
from device_sim.fleet.roster import FleetDevice, choose_devices, load_fleet
from device_sim.fleet.workload import FleetTask, load_workload
from tocsin.domain.profile import Profile

# Beyond this the processes of a fleet no longer fit a usual machine.
MOST_DEVICES = 10_000


@dataclass(frozen=True, slots=True)
class Fleet:
    """The devices that take part, and the tasks of their sites."""

    devices: Sequence[FleetDevice]
    tasks: Sequence[FleetTask]

    @property
    def sites(self) -> list[str]:
        return sorted({device.site for device in self.devices})


def load_sized_fleet(path: Path, profiles: Mapping[str, Profile], wanted: int | None) -> Fleet:
    """The fleet of a file with *wanted* devices; None: with those the file has.

    Raises FleetError naming the file, the place in it and the fix.
    """
    fleet = Fleet(load_fleet(path, profiles), load_workload(path, profiles))
    return fleet if wanted is None else resize_fleet(fleet, wanted)


def resize_fleet(fleet: Fleet, wanted: int) -> Fleet:
    """The fleet with *wanted* devices.

    Fewer than it has: taken in turn from every site and profile (``choose_devices``); the tasks
    stay. More: all its sites once more, as SITE-2, SITE-3 and so on, each with the same buildings,
    floors, profiles, capabilities and tasks; of the last copy only so many devices as are wanted,
    and only their tasks. So sites keep their size, and profiles their shares.

    Raises FleetError when a copy would have the name of something that is there.
    """
    size = len(fleet.devices)
    if wanted <= size:
        return Fleet(choose_devices(fleet.devices, wanted), fleet.tasks)
    copies = [copy_fleet(fleet, number) for number in range(2, -(-wanted // size) + 1)]
    rest = wanted - size * len(copies)
    copies[-1] = _choose_part(copies[-1], rest)
    grown = Fleet(
        [device for part in (fleet, *copies) for device in part.devices],
        [task for part in (fleet, *copies) for task in part.tasks],
    )
    _check_names(grown)
    return grown


def copy_fleet(fleet: Fleet, number: int) -> Fleet:
    """The same sites, devices and tasks once more, with *number* in each name."""
    names = {device.device: _number_device(device, number) for device in fleet.devices}
    devices = [
        replace(device, device=names[device.device], site=f"{device.site}-{number}")
        for device in fleet.devices
    ]
    tasks = [
        replace(
            task,
            task_id=f"{task.task_id}-{number}",
            site=f"{task.site}-{number}",
            device=None if task.device is None else names[task.device],
        )
        for task in fleet.tasks
    ]
    return Fleet(devices, tasks)


def _number_device(device: FleetDevice, number: int) -> str:
    """``north-pump-01`` of site ``north`` becomes ``north-2-pump-01``, ``press`` ``press-2``."""
    rest = device.device.removeprefix(f"{device.site}-")
    if rest == device.device:
        return f"{device.device}-{number}"
    return f"{device.site}-{number}-{rest}"


def _choose_part(fleet: Fleet, wanted: int) -> Fleet:
    devices = choose_devices(fleet.devices, wanted)
    here = {device.device for device in devices}
    return Fleet(devices, [task for task in fleet.tasks if task.device in here])


def _check_names(fleet: Fleet) -> None:
    devices = [device.device for device in fleet.devices]
    tasks = [task.task_id for task in fleet.tasks]
    for what, names in (("device", devices), ("task", tasks)):
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise FleetError(
                    f"{what} {name!r} would be there twice: the file has one of that name, and "
                    "growing the fleet makes another; rename it"
                )
            seen.add(name)
            if not IDENTIFIER.fullmatch(name):
                raise FleetError(f"{what} {name!r} is no id any more; give a shorter one")
