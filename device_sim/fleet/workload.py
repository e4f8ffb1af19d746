"""The tasks of the fleet: how much work, how urgent, and who has it at the start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_sim.allocation import Allocation
from device_sim.errors import FleetError
from device_sim.fleet.document import (
    check_identifier,
    check_mapping,
    check_positive,
    iterate_entries,
    read_document,
)
from device_sim.fleet.roster import FleetDevice, parse_fleet
from tocsin.domain.profile import Profile

# What is said of a task in the file, and how each is checked.
FIELDS: Mapping[str, Callable[[object, str], Any]] = {
    "load_pct": check_positive,
    "deadline_ms": check_positive,
    "priority": check_positive,
    "capability": check_identifier,
    "device": check_identifier,
}


@dataclass(frozen=True, slots=True)
class FleetTask:
    """A task of a site. Load in percent of one reference processor.

    ``deadline_ms`` and ``capability`` are None when there is none, ``device`` when the task runs
    nowhere at the start.
    """

    task_id: str
    site: str
    load_pct: float
    deadline_ms: float | None
    priority: float
    capability: str | None
    device: str | None


def load_workload(path: Path, profiles: Mapping[str, Profile]) -> list[FleetTask]:
    """Read and check the tasks of a fleet file.

    Raises FleetError naming the file, the place in it and the fix.
    """
    document = read_document(path)
    try:
        return parse_workload(document, profiles)
    except FleetError as error:
        raise FleetError(f"{path}: {error}") from error


def parse_workload(document: object, profiles: Mapping[str, Profile]) -> list[FleetTask]:
    """The tasks of a fleet document, in its order. Raises FleetError."""
    fleet = parse_fleet(document, profiles)
    root = check_mapping(document, "the file", None)
    tasks: dict[str, FleetTask] = {}
    for at, site in iterate_entries(root, "", "sites"):
        able = {
            device.device: frozenset(device.capabilities)
            for device in fleet
            if device.site == site["id"] and device.capacity is not None
        }
        for task in _parse_site_tasks(site, at, able):
            if task.task_id in tasks:
                raise FleetError(f"task {task.task_id!r} is there twice; give each its own id")
            tasks[task.task_id] = task
    return list(tasks.values())


def start_allocation(tasks: Sequence[FleetTask], device: FleetDevice) -> Allocation:
    """What *device* runs before it has received any order."""
    own = [task for task in tasks if task.device == device.device]
    return Allocation(0, {task.task_id: task.load_pct for task in own})


def workload_document(tasks: Sequence[FleetTask], site: str) -> dict[str, Any]:
    """The tasks of *site* in the product's HTTP format."""
    return {"tasks": {task.task_id: _describe_task(task) for task in tasks if task.site == site}}


def _describe_task(task: FleetTask) -> dict[str, Any]:
    fields = {
        "loadPct": task.load_pct,
        "deadlineMs": task.deadline_ms,
        "priority": task.priority,
        "capability": task.capability,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _parse_site_tasks(
    site: Mapping[str, Any], at: str, able: Mapping[str, frozenset[str]]
) -> Iterator[FleetTask]:
    """*able*: the capabilities of each device of the site that runs tasks."""
    if "tasks" not in site:
        return
    listed = check_mapping(site["tasks"], f"{at}.tasks", None)
    if not able:
        raise FleetError(f"{at}.tasks: no device here runs tasks; give its profile a capacity")
    for name, fields in listed.items():
        task_id = check_identifier(name, f"{at}.tasks: a name")
        task_at = f"{at}.tasks.{task_id}"
        yield _parse_task(
            task_id, site["id"], check_mapping(fields, task_at, set(FIELDS)), task_at, able
        )


def _parse_task(
    task_id: str,
    site: str,
    fields: Mapping[str, Any],
    at: str,
    able: Mapping[str, frozenset[str]],
) -> FleetTask:
    if fields.get("load_pct") is None:
        raise FleetError(f"{at}.load_pct is missing; give it a number above 0")
    checked = {
        name: check(fields[name], f"{at}.{name}")
        for name, check in FIELDS.items()
        if fields.get(name) is not None
    }
    task = FleetTask(
        task_id=task_id,
        site=site,
        load_pct=checked["load_pct"],
        deadline_ms=checked.get("deadline_ms"),
        priority=checked.get("priority", 1.0),
        capability=checked.get("capability"),
        device=checked.get("device"),
    )
    _check_place(task, at, able)
    return task


def _check_place(task: FleetTask, at: str, able: Mapping[str, frozenset[str]]) -> None:
    """Some device of the site must be capable of the task, and the one that starts with it too."""
    known: frozenset[str] = frozenset().union(*able.values())
    if task.capability is not None and task.capability not in known:
        raise FleetError(
            f"{at}.capability: no device of the site has {task.capability!r}; "
            f"use {', '.join(sorted(known)) or 'none, or list devices in capabilities'}"
        )
    if task.device is None:
        return
    if task.device not in able:
        raise FleetError(
            f"{at}.device: {task.device!r} runs no tasks at this site; "
            f"name one of {', '.join(sorted(able))}"
        )
    if task.capability is not None and task.capability not in able[task.device]:
        raise FleetError(
            f"{at}.device: {task.device} lacks {task.capability!r}; list it in the site's "
            "capabilities, or let the task start elsewhere"
        )
