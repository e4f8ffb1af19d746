"""What a device can carry, and what its tasks may ask of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from device_sim.errors import FleetError
from device_sim.fleet.document import check_identifier, check_mapping, check_positive
from device_sim.signals.driven import DRIVEN_MACHINES


@dataclass(frozen=True, slots=True)
class Capacity:
    """Capacity in percent of one reference processor, watts for each percent of load, and the
    answer of an idle device; nominal for a profile, while each device is a little different."""

    cpu_pct: float
    energy_w_per_pct: float
    response_ms: float

    def document(self) -> dict[str, float]:
        """The twin's tag ``capacity``."""
        return {
            "cpuPct": self.cpu_pct,
            "energyWPerPct": self.energy_w_per_pct,
            "responseMs": self.response_ms,
        }


def parse_capacities(document: object) -> dict[str, Capacity]:
    """The capacity by profile, of those that can run tasks. Raises FleetError."""
    found = {}
    for name, fields in check_mapping(document, "capacity", set(DRIVEN_MACHINES)).items():
        at = f"capacity.{name}"
        names = ("cpu_pct", "energy_w_per_pct", "response_ms")
        given = check_mapping(fields, at, set(names))
        for missing in [field for field in names if field not in given]:
            raise FleetError(f"{at}.{missing} is missing; give it a number above 0")
        found[name] = Capacity(
            **{field: check_positive(given[field], f"{at}.{field}") for field in names}
        )
    return found


def parse_capabilities(
    document: object, at: str, able: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """What each device is capable of, from lists of devices by capability.

    *able*: the devices of the site that run tasks. Raises FleetError.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, devices in check_mapping(document, at, None).items():
        capability = check_identifier(name, f"{at}: a name")
        here = f"{at}.{capability}"
        if not isinstance(devices, list):
            raise FleetError(f"{here} must be a list of device ids")
        for index, listed in enumerate(devices):
            device = check_identifier(listed, f"{here}[{index}]")
            if device not in able:
                raise FleetError(
                    f"{here}[{index}]: {device!r} runs no tasks at this site; name one of "
                    f"{', '.join(sorted(able)) or 'none: give the site tasks'}"
                )
            if devices.index(device) < index:
                raise FleetError(f"{here}[{index}]: {device!r} is there twice; name it once")
            found[device] = (*found.get(device, ()), capability)
    return found
