"""The devices of a site that can run tasks, as their twins describe them (docs/formats.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.domain.devices.twins import Twin
from tocsin.domain.errors import InvalidProblemError
from tocsin.domain.plans.orders import Order, Report, parse_order, parse_report
from tocsin.planning.inputs.fields import Fields, check_identifier

CAPACITY = ("cpuPct", "energyWPerPct", "responseMs")


@dataclass(frozen=True, slots=True)
class Capacity:
    """``cpu_pct`` of one reference processor, watts for each percent, and its answer when idle."""

    cpu_pct: float
    energy_w_per_pct: float
    response_ms: float


@dataclass(frozen=True, slots=True)
class EdgeDevice:
    """A device that can run tasks. ``order``: what it was told last; ``report``: what it runs."""

    device_id: str
    capacity: Capacity
    capabilities: frozenset[str]
    order: Order | None = None
    report: Report | None = None

    @property
    def version(self) -> int:
        """The highest version of an allocation that this device has seen."""
        ordered = 0 if self.order is None else self.order.version
        return max(ordered, 0 if self.report is None else self.report.version)

    @property
    def running(self) -> frozenset[str]:
        return frozenset() if self.report is None else self.report.tasks


def parse_devices(twins: Iterable[Twin]) -> tuple[list[EdgeDevice], list[str]]:
    """The devices with a ``capacity`` tag, by id, and what is wrong with those left out.

    A device that is disabled in the registry cannot connect, and is left out without a word.
    """
    found, notes = [], []
    for twin in twins:
        if not twin.is_enabled or "capacity" not in twin.tags:
            continue
        try:
            found.append(parse_device(twin))
        except InvalidProblemError as error:
            notes.append(f"device {twin.device_id!r} is left out: {error}")
    return sorted(found, key=lambda device: device.device_id), notes


def parse_device(twin: Twin) -> EdgeDevice:
    """Read one twin. Raises InvalidProblemError saying what is malformed."""
    return EdgeDevice(
        device_id=twin.device_id,
        capacity=_parse_capacity(twin.tags["capacity"]),
        capabilities=_parse_capabilities(twin.tags.get("capabilities", [])),
        order=_recognise_order(twin.desired),
        report=parse_report(twin.reported),
    )


def _recognise_order(value: object) -> Order | None:
    """What a device was told last; None, so that it is told anew, where it is no order of ours."""
    try:
        return parse_order(value)
    except InvalidProblemError:
        return None


def _parse_capacity(value: object) -> Capacity:
    fields = Fields(value, "tags.capacity", CAPACITY)
    return Capacity(
        cpu_pct=fields.take_number("cpuPct", low=0.1),
        energy_w_per_pct=fields.take_number("energyWPerPct"),
        response_ms=fields.take_number("responseMs"),
    )


def _parse_capabilities(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise InvalidProblemError(f"tags.capabilities must be a list, not {value!r}")
    return frozenset(check_identifier(name, "tags.capabilities") for name in value)
