"""What a sensor says when it could not measure is no fault of its machine."""

from __future__ import annotations

import pytest

from tests.unit.tocsin.shipped import (
    Device,
    name_channel,
    profile_named,
    replace_cells,
    take_healthy,
)

READINGS = 300
SAYS = [
    ("environment", "temperature_c", -127),
    ("environment", "temperature_c", 85),
    ("thermal", "temperature_c", -127),
    ("motor", "vibration_mm_s", 65535),
    ("pump", "pressure_bar", -999),
]


@pytest.mark.parametrize(("name", "channel", "value"), SAYS)
async def test_a_failed_read_now_and_then_raises_nothing_and_is_counted(
    name: str, channel: str, value: float
) -> None:
    profile = profile_named(name)
    at = [150, 201, 252]
    rows = take_healthy(profile, READINGS)
    device = Device(profile)
    await device.send(replace_cells(rows, name_channel(profile, channel), at, value))
    assert device.raised == []
    (state,) = device.store.all("devices")
    assert (state["sensors"], state["anomalous"]) == ({}, False)
    assert state["badValues"][channel]["value"] == value
    assert state["badValues"][channel]["count"] == 3


@pytest.mark.parametrize(("name", "channel", "value"), SAYS)
async def test_a_sensor_that_goes_on_saying_so_is_out_and_the_value_is_named(
    name: str, channel: str, value: float
) -> None:
    profile = profile_named(name)
    rows = take_healthy(profile, READINGS)
    device = Device(profile)
    at = range(200, READINGS)
    await device.send(replace_cells(rows, name_channel(profile, channel), at, value))
    (alert,) = device.raised
    assert (alert["cause"], alert["sensors"]) == ("sensors", {channel: "missing"})
    assert alert["badValues"] == {channel: value}
    (state,) = device.store.all("devices")
    assert state["sensors"] == {channel: "missing"}
    assert state["latest"][channel] is None
    stored = max(device.store.all("readings"), key=lambda document: int(document["seq"]))
    assert stored["badValues"][channel]["values"] == [value] * len(stored["t"])
