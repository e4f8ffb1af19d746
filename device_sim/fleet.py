"""The fleet file: which devices stand where."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from device_sim.errors import FleetError
from tocsin.domain.profile import Profile

DEFAULT_FLEET = Path(__file__).with_name("fleet.yaml")
# Narrower than IoT Hub's own rule, so that an id is also safe in a URL, a path and a file name.
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class FleetDevice:
    """A device and its place; ``tags`` are those of its twin."""

    device: str
    profile: Profile
    site: str
    building: str
    floor: str
    utc_offset_h: float

    @property
    def tags(self) -> dict[str, str]:
        return {"siteId": self.site, "building": self.building, "floor": self.floor}


def load_fleet(path: Path, profiles: Mapping[str, Profile]) -> list[FleetDevice]:
    """Read and check a fleet file.

    Raises FleetError naming the file, the place in it and the fix.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FleetError(f"{path}: {error.strerror}; name a fleet file with --fleet") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise FleetError(f"{path}: not YAML: {reason}") from error
    try:
        return parse_fleet(document, profiles)
    except FleetError as error:
        raise FleetError(f"{path}: {error}") from error


def parse_fleet(document: object, profiles: Mapping[str, Profile]) -> list[FleetDevice]:
    """The devices of a fleet document, in its order. Raises FleetError."""
    fleet = list(_devices(document, profiles))
    if not fleet:
        raise FleetError("sites: no device in the whole file; add one")
    seen: set[str] = set()
    for one in fleet:
        if one.device in seen:
            raise FleetError(f"device {one.device!r} is there twice; give each its own id")
        seen.add(one.device)
    return fleet


def choose(fleet: Sequence[FleetDevice], wanted: int) -> list[FleetDevice]:
    """*wanted* devices, taken in turn from every site and profile. Raises FleetError."""
    if wanted > len(fleet):
        raise FleetError(f"--devices {wanted}: the fleet has {len(fleet)} devices")
    turn: defaultdict[tuple[str, str], int] = defaultdict(int)
    order = []
    for one in fleet:
        order.append(turn[one.site, one.profile.name])
        turn[one.site, one.profile.name] += 1
    ranked = sorted(range(len(fleet)), key=lambda index: (order[index], index))
    return [fleet[index] for index in sorted(ranked[:wanted])]


def _devices(document: object, profiles: Mapping[str, Profile]) -> Iterator[FleetDevice]:
    root = _mapping(document, "the file", {"sites"})
    for site_at, site in _entries(root, "", "sites"):
        _known(site, site_at, {"id", "utc_offset_h", "buildings"})
        site_id = _identifier(site.get("id"), f"{site_at}.id")
        offset = _offset(site.get("utc_offset_h", 0), f"{site_at}.utc_offset_h")
        for building_at, building in _entries(site, site_at, "buildings"):
            _known(building, building_at, {"id", "floors"})
            building_id = _identifier(building.get("id"), f"{building_at}.id")
            for floor_at, floor in _entries(building, building_at, "floors"):
                _known(floor, floor_at, {"id", "devices"})
                floor_id = _identifier(floor.get("id"), f"{floor_at}.id")
                for profile, device in _on_floor(floor, floor_at, profiles):
                    yield FleetDevice(device, profile, site_id, building_id, floor_id, offset)


def _on_floor(
    floor: Mapping[str, Any], at: str, profiles: Mapping[str, Profile]
) -> Iterator[tuple[Profile, str]]:
    devices_at = f"{at}.devices"
    if "devices" not in floor:
        raise FleetError(f"{devices_at} is missing; list device ids by profile")
    for name, devices in _mapping(floor["devices"], devices_at, set(profiles)).items():
        if not isinstance(devices, list):
            raise FleetError(f"{devices_at}.{name} must be a list of device ids")
        for index, device in enumerate(devices):
            yield profiles[name], _identifier(device, f"{devices_at}.{name}[{index}]")


def _entries(
    parent: Mapping[str, Any], at: str, name: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    where = f"{at}.{name}" if at else name
    entries = parent.get(name)
    if not isinstance(entries, list) or not entries:
        raise FleetError(f"{where} is missing or empty; it must be a list")
    for index, entry in enumerate(entries):
        yield f"{where}[{index}]", _mapping(entry, f"{where}[{index}]", None)


def _mapping(value: object, at: str, known: set[str] | None) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FleetError(f"{at} must be a mapping (name: value)")
    if known is not None:
        _known(value, at, known)
    return value


def _known(mapping: Mapping[str, Any], at: str, known: set[str]) -> None:
    for name in mapping:
        if name not in known:
            raise FleetError(f"{at}: {name!r} is unknown; use {', '.join(sorted(known))}")


def _identifier(value: object, at: str) -> str:
    if value is None:
        raise FleetError(f"{at} is missing; give it an id such as north or hall-a")
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise FleetError(
            f"{at}: {value!r} is no id; use letters, digits, '-', '.', '_', "
            "a letter or digit first, in quotes when it looks like a number"
        )
    return value


def _offset(value: object, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -12 <= value <= 14:
        raise FleetError(f"{at}: {value!r} must be hours from UTC, -12 to 14")
    return float(value)
