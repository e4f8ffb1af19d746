"""The sites of the demo's fleet as scenarios, with the one trouble that the demo gives them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.loop.scenario import Cell, Scenario, Trouble, Work
from device_sim.fleet.roster import load_fleet
from device_sim.fleet.workload import load_workload
from tocsin.profiles import load_profiles


def describe_site(fleet: Path, site_id: str, trouble: Trouble) -> Scenario:
    """A site of the file *fleet* as it is at the start of a demo. Raises FleetError."""
    profiles = load_profiles()
    cells = tuple(
        Cell(device.device, tuple(device.capabilities))
        for device in load_fleet(fleet, profiles)
        if device.site == site_id and device.capacity is not None
    )
    tasks = tuple(
        Work(
            task.task_id,
            task.load_pct,
            float("inf") if task.deadline_ms is None else task.deadline_ms,
            task.priority,
            task.capability,
            task.device,
        )
        for task in load_workload(fleet, profiles)
        if task.site == site_id and task.device is not None
    )
    load = sum(task.load_pct for task in tasks) / (100.0 * len(cells))
    return Scenario(0, 7, "demo", round(load, 3), cells, tasks, (trouble,), hub_fails=0.0)
