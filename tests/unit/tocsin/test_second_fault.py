"""An alert that stays open does not hide the next fault."""

from __future__ import annotations

from tests.unit.tocsin.shipped import (
    Device,
    Rows,
    add_to,
    name_channel,
    profile_named,
    take_healthy,
)
from tocsin.domain.devices.device_record import DeviceRecord

MOTOR = profile_named("motor")
VIBRATION = name_channel(MOTOR, "vibration_mm_s")
HEAT = name_channel(MOTOR, "temperature_c")


def make_rows() -> Rows:
    """Vibration 2 mm/s higher from 200 s to 1 000 s, and 30 °C more from 600 s to 700 s."""
    rows = take_healthy(MOTOR, 1_200)
    rows[200:1_000] = add_to(rows[200:1_000], VIBRATION, 2.0)
    rows[600:700] = add_to(rows[600:700], HEAT, 30.0)
    return rows


async def test_a_second_fault_is_raised_beside_an_open_alert() -> None:
    rows = make_rows()
    device = Device(MOTOR)
    await device.send(rows[:600])
    (first,) = device.raised
    assert first["subject"] is None
    device.memory.forget(["rig-1"])
    await device.send(rows[600:700])
    second = device.raised[1]
    assert (second["subject"], second["cause"]) == ("temperature_c", "score")
    assert second["alertId"] == f"rig-1-{second['t']}-temperature_c"
    assert second["t"] - device.raised[0]["t"] > 300_000
    record = DeviceRecord.from_document(device.state)
    assert list(record.open_alerts()) == [first["alertId"], second["alertId"]]

    await device.send(rows[700:])
    cleared = [alert["alertId"] for alert in device.alerts if alert["type"] == "cleared"]
    assert set(cleared) >= {first["alertId"], second["alertId"]}
    assert device.state["beside"] is None
    assert len({alert["id"] for alert in device.alerts}) == len(device.alerts)


async def test_one_fault_alone_is_one_alert() -> None:
    rows = take_healthy(MOTOR, 700)
    rows[200:600] = add_to(rows[200:600], VIBRATION, 2.0)
    device = Device(MOTOR)
    await device.send(rows)
    assert len(device.raised) == 1


async def test_a_device_faster_than_its_profile_raises_a_second_fault_too() -> None:
    device = Device(MOTOR, in_a_period=2)
    await device.send([row for row in make_rows()[:700] for _ in range(2)])
    assert [alert["subject"] for alert in device.raised] == [None, "temperature_c"]
