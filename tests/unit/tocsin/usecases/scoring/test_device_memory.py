from __future__ import annotations

from tests.fakes.messages import NOW, RIG
from tocsin.domain.devices.fleet import DeviceState
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.windows.window import History
from tocsin.usecases.scoring.device_memory import DeviceMemory


def state(seq: int) -> DeviceState:
    return DeviceState("rig", NOW, seq, History.empty(RIG), Standing())


def test_the_least_recently_heard_of_devices_are_forgotten() -> None:
    memory = DeviceMemory(most=2)
    memory.update({"a": state(1)})
    memory.update({"b": state(1)})
    memory.update({"a": state(2)})
    memory.update({"c": state(1)})
    assert memory.get("b") is None
    found = memory.get("a")
    assert found is not None
    assert found.last_seq == 2
    assert memory.get("c") is not None


def test_a_batch_larger_than_the_memory_fits_in_part() -> None:
    memory = DeviceMemory(most=3)
    memory.update({f"device-{n}": state(n) for n in range(10)})
    kept = [n for n in range(10) if memory.get(f"device-{n}") is not None]
    assert kept == [7, 8, 9]
