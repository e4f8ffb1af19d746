"""After maintenance a machine runs at another level: what its operators can do about it."""

from __future__ import annotations

import pytest

from tests.unit.tocsin.shipped import (
    TARGET_PER_DAY,
    Device,
    add_to,
    name_channel,
    profile_named,
    take_healthy,
)
from tocsin.domain.errors import InvalidRequestError, NotFoundError
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.usecases.feedback.call_normal import apply_normal, preview_normal
from tocsin.usecases.feedback.give_feedback import reset_threshold
from tocsin.usecases.feedback.known_device import Judging

MOTOR = profile_named("motor")
VIBRATION = name_channel(MOTOR, "vibration_mm_s")
HEAT = name_channel(MOTOR, "temperature_c")
BEFORE, SINCE, LATER = 900, 400, 600


def judging(device: Device) -> Judging:
    return Judging({MOTOR.name: MOTOR}, device.models, AlertTargets(TARGET_PER_DAY), device.store)


async def run_after_maintenance() -> tuple[Device, list[list[float | None]]]:
    """A motor whose vibration is 2 mm/s higher for good, and what it will say from now on."""
    rows = take_healthy(MOTOR, BEFORE + SINCE + LATER)
    device = Device(MOTOR)
    await device.send(rows[:BEFORE])
    later = add_to(rows[BEFORE:], VIBRATION, 2.0)
    await device.send(later[:SINCE])
    assert [alert["type"] for alert in device.alerts] == ["raised"]
    return device, later[SINCE:]


async def test_a_new_normal_is_shown_before_it_is_set_then_it_clears_and_finds_the_next_fault() -> (
    None
):
    device, coming = await run_after_maintenance()
    before = device.store.snapshot()
    shown = await preview_normal("rig-1", judging(device))
    assert device.store.snapshot() == before
    assert list(shown.shifts) == ["vibration_mm_s"]
    assert shown.shifts["vibration_mm_s"] == pytest.approx(2.0, abs=0.2)
    assert (shown.alert_id, shown.conflict) == (device.raised[0]["alertId"], "")
    assert shown.anomalous_before > 0.9 * shown.readings
    assert shown.anomalous_after == 0

    done = await apply_normal("rig-1", judging(device), operator="ada", now_ms=device.now_ms)
    assert done == shown
    (audit,) = device.store.all("audit")
    assert audit["after"]["baseline"] == {"since": device.now_ms, "shifts": shown.shifts}
    await device.heed_operators()
    await device.send(coming[:300])
    assert [alert["type"] for alert in device.alerts] == ["raised", "cleared"]
    assert device.state["usual"]["baseline"] == audit["at"]
    assert device.state["usual"]["readings"] <= 300, "its baseline began anew"
    assert device.state["latest"]["vibration_mm_s"] == coming[299][VIBRATION], "as it was sent"

    await device.send(add_to(coming[300:], HEAT, 30.0))
    assert len(device.raised) == 2
    shares = device.raised[1]["contributions"]
    assert max(shares, key=shares.__getitem__) == "temperature_c"


async def test_a_baseline_outlives_a_restart_and_is_undone() -> None:
    device, coming = await run_after_maintenance()
    await apply_normal("rig-1", judging(device), operator="ada", now_ms=device.now_ms)
    await device.heed_operators()
    await device.send(coming[:100])
    device.memory.forget(["rig-1"])
    await device.send(coming[100:200])
    assert not device.state["anomalous"]

    set_before = await reset_threshold("rig-1", device.store, operator="ada", now_ms=device.now_ms)
    assert set_before is not None
    assert set_before.baseline is not None
    device.thresholds.baseline_by_device.clear()
    await device.send(coming[200:400])
    assert device.state["anomalous"]
    assert device.state["usual"]["baseline"] == 0


async def test_a_second_new_normal_adds_to_the_first() -> None:
    device, coming = await run_after_maintenance()
    await apply_normal("rig-1", judging(device), operator="ada", now_ms=device.now_ms)
    await device.heed_operators()
    await device.send(coming[:200])
    await device.send(add_to(coming[200:], VIBRATION, 3.0))
    found = await apply_normal("rig-1", judging(device), operator="ada", now_ms=device.now_ms)
    assert found.shifts["vibration_mm_s"] == pytest.approx(5.0, abs=0.3)


async def test_what_cannot_be_called_normal_says_why() -> None:
    device = Device(MOTOR)
    with pytest.raises(NotFoundError, match="'rig-1' has reported"):
        await preview_normal("rig-1", judging(device))
    rows = take_healthy(MOTOR, 300)
    await device.send(rows[:200])
    with pytest.raises(InvalidRequestError, match="is in no alert"):
        await preview_normal("rig-1", judging(device))
    await device.send(add_to(rows[200:230], VIBRATION, 4.0))
    with pytest.raises(InvalidRequestError, match="so wait"):
        await preview_normal("rig-1", judging(device))
