"""What a device computes beside its tasks: it cannot be moved, and takes room from them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tocsin.domain.device_record import DeviceRecord
from tocsin.planning.inputs.twins import EdgeDevice
from tocsin.planning.problem import Task

CPU_CHANNEL = "cpu_pct"  # of the device's own processor, as its profile sends it
SETTLED_MS = 30_000  # by then the processor shows what the tasks that came and went have changed
LEAST_SHARE = 0.01  # of capacity: a device fuller than full can still be described


def estimate_background_pct(
    device: EdgeDevice,
    state: DeviceRecord | None,
    tasks: Mapping[str, Task],
    before: float,
) -> float:
    """Percent of one reference processor that the device's measured load exceeds its tasks' by.

    *before*, what was last found, where nothing newer can be told: the device does not measure, or
    its last reading is from before its present tasks have settled.
    """
    measured = _scale_measurement(device, state)
    if measured is None or state is None:
        return before
    if device.report is not None and state.last_t < device.report.at + SETTLED_MS:
        return before
    running = sum(tasks[name].load_pct for name in device.running if name in tasks)
    return round(max(measured - running, 0.0), 1)


def subtract_background(device: EdgeDevice, background: float) -> float:
    """Capacity that is left for tasks."""
    capacity = device.capacity.cpu_pct
    return max(capacity - background, LEAST_SHARE * capacity)


def estimate_idle_ms(device: EdgeDevice, background: float) -> float:
    """The answer of a device without tasks: a queue's, which its background load fills already.

    Divided by (1 - tasks / capacity left), it is the answer of capacity / (capacity - all load).
    """
    capacity = device.capacity.cpu_pct
    return device.capacity.response_ms * capacity / subtract_background(device, background)


def _scale_measurement(device: EdgeDevice, state: DeviceRecord | None) -> float | None:
    value = None if state is None else state.latest.get(CPU_CHANNEL)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) / 100.0 * device.capacity.cpu_pct
