"""The fleet file: which devices stand where, and which of them run tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_sim.errors import FleetError
from device_sim.fleet.capacity import Capacity, parse_capabilities, parse_capacities
from device_sim.fleet.document import (
    check_identifier,
    check_mapping,
    check_names,
    check_site,
    iterate_entries,
    read_document,
)
from tocsin.domain.profile import Profile

DEFAULT_FLEET = Path(__file__).with_name("fleet.yaml")


@dataclass(frozen=True, slots=True)
class FleetDevice:
    """A device and its place; ``tags`` are those of its twin.

    ``capacity`` is None for a device that runs no tasks.
    """

    device: str
    profile: Profile
    site: str
    building: str
    floor: str
    utc_offset_h: float
    capacity: Capacity | None = None
    capabilities: tuple[str, ...] = ()

    @property
    def tags(self) -> dict[str, Any]:
        place = {"siteId": self.site, "building": self.building, "floor": self.floor}
        if self.capacity is None:
            return place
        able = list(self.capabilities)
        return {**place, "capacity": self.capacity.document(), "capabilities": able}


def load_fleet(path: Path, profiles: Mapping[str, Profile]) -> list[FleetDevice]:
    """Read and check a fleet file.

    Raises FleetError naming the file, the place in it and the fix.
    """
    document = read_document(path)
    try:
        return parse_fleet(document, profiles)
    except FleetError as error:
        raise FleetError(f"{path}: {error}") from error


def parse_fleet(document: object, profiles: Mapping[str, Profile]) -> list[FleetDevice]:
    """The devices of a fleet document, in its order. Raises FleetError."""
    fleet = list(_parse_devices(document, profiles))
    if not fleet:
        raise FleetError("sites: no device in the whole file; add one")
    seen: set[str] = set()
    for device in fleet:
        if device.device in seen:
            raise FleetError(f"device {device.device!r} is there twice; give each its own id")
        seen.add(device.device)
    return fleet


def choose_devices(fleet: Sequence[FleetDevice], wanted: int) -> list[FleetDevice]:
    """*wanted* devices, taken in turn from every site and profile, in each turn those first that
    run tasks: a task whose device is missing would run nowhere. Raises FleetError."""
    if wanted > len(fleet):
        raise FleetError(f"--devices {wanted}: the fleet has {len(fleet)} devices")
    turn: defaultdict[tuple[str, str], int] = defaultdict(int)
    order = []
    for device in fleet:
        order.append(turn[device.site, device.profile.name])
        turn[device.site, device.profile.name] += 1
    idle = [device.capacity is None for device in fleet]
    ranked = sorted(range(len(fleet)), key=lambda index: (order[index], idle[index], index))
    return [fleet[index] for index in sorted(ranked[:wanted])]


def _parse_devices(document: object, profiles: Mapping[str, Profile]) -> Iterator[FleetDevice]:
    root = check_mapping(document, "the file", {"sites", "capacity"})
    capacities = parse_capacities(root.get("capacity", {}))
    for site_at, site in iterate_entries(root, "", "sites"):
        yield from _parse_site(site, site_at, profiles, capacities)


def _parse_site(
    site: Mapping[str, Any],
    at: str,
    profiles: Mapping[str, Profile],
    capacities: Mapping[str, Capacity],
) -> Iterator[FleetDevice]:
    check_names(site, at, {"id", "utc_offset_h", "buildings", "capabilities", "tasks"})
    site_id = check_site(site.get("id"), f"{at}.id")
    offset = _parse_offset(site.get("utc_offset_h", 0), f"{at}.utc_offset_h")
    # Only where there are tasks do devices run them; elsewhere they have a duty cycle.
    able = capacities if "tasks" in site else {}
    placed = [
        (profile, device, building, floor)
        for building, floor, profile, device in _parse_buildings(site, at, profiles)
    ]
    capabilities = parse_capabilities(
        site.get("capabilities", {}),
        f"{at}.capabilities",
        {device for profile, device, _, _ in placed if profile.name in able},
    )
    for profile, device, building, floor in placed:
        yield FleetDevice(
            device=device,
            profile=profile,
            site=site_id,
            building=building,
            floor=floor,
            utc_offset_h=offset,
            capacity=able.get(profile.name),
            capabilities=capabilities.get(device, ()),
        )


def _parse_buildings(
    site: Mapping[str, Any], at: str, profiles: Mapping[str, Profile]
) -> Iterator[tuple[str, str, Profile, str]]:
    """Building, floor, profile and id of each device of a site."""
    for building_at, building in iterate_entries(site, at, "buildings"):
        check_names(building, building_at, {"id", "floors"})
        building_id = check_identifier(building.get("id"), f"{building_at}.id")
        for floor_at, floor in iterate_entries(building, building_at, "floors"):
            check_names(floor, floor_at, {"id", "devices"})
            floor_id = check_identifier(floor.get("id"), f"{floor_at}.id")
            for profile, device in _parse_floor(floor, floor_at, profiles):
                yield building_id, floor_id, profile, device


def _parse_floor(
    floor: Mapping[str, Any], at: str, profiles: Mapping[str, Profile]
) -> Iterator[tuple[Profile, str]]:
    devices_at = f"{at}.devices"
    if "devices" not in floor:
        raise FleetError(f"{devices_at} is missing; list device ids by profile")
    for name, devices in check_mapping(floor["devices"], devices_at, set(profiles)).items():
        if not isinstance(devices, list):
            raise FleetError(f"{devices_at}.{name} must be a list of device ids")
        for index, device in enumerate(devices):
            yield profiles[name], check_identifier(device, f"{devices_at}.{name}[{index}]")


def _parse_offset(value: object, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -12 <= value <= 14:
        raise FleetError(f"{at}: {value!r} must be hours from UTC, -12 to 14")
    return float(value)
