"""From a plan's allocation to the orders that bring it about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tocsin.domain.plans.orders import Order, OrderedTask
from tocsin.planning.inputs.twins import EdgeDevice
from tocsin.planning.problem import Task


def choose_version(last: int, devices: Iterable[EdgeDevice]) -> int:
    """Above every version that this site's plans or devices have ever seen."""
    return 1 + max([last, *(device.version for device in devices)])


def write_orders(
    allocation: Mapping[str, str | None],
    tasks: Mapping[str, Task],
    devices: Iterable[EdgeDevice],
    version: int,
) -> dict[str, Order]:
    """An order for each device that was last told otherwise; by device id, those that gain a task
    first, so that a task starts in its new place before it ends in its old one."""
    wanted: dict[str, set[OrderedTask]] = {}
    for task_id, device_id in allocation.items():
        if device_id is not None:
            wanted.setdefault(device_id, set()).add(OrderedTask(task_id, tasks[task_id].load_pct))
    found = {
        device.device_id: Order(version, frozenset(wanted.get(device.device_id, ())))
        for device in devices
        if _needs_order(device, frozenset(wanted.get(device.device_id, ())))
    }
    running = {device.device_id: device.running for device in devices}

    def gains_first(device_id: str) -> tuple[bool, str]:
        told = {task.task_id for task in found[device_id].tasks}
        return not told - running[device_id], device_id

    return {device_id: found[device_id] for device_id in sorted(found, key=gains_first)}


def _needs_order(device: EdgeDevice, wanted: frozenset[OrderedTask]) -> bool:
    order, report = device.order, device.report
    if order is None:
        return bool(wanted) or bool(device.running)
    # An order older than what the device runs was refused: it needs one with a higher version.
    outdated = report is not None and report.version > order.version
    return outdated or order.tasks != wanted
