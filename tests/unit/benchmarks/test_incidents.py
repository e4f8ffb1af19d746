"""The month is what it says, and is played through the use cases."""

from __future__ import annotations

from collections import Counter

from benchmarks.incidents.month import (
    DEVICES,
    FAULTS,
    MINUTE_MS,
    NIGHT_MS,
    START_MS,
    Fault,
    Month,
    building_of,
    is_in_maintenance,
    make_month,
    name_device,
)
from benchmarks.incidents.play import play


def test_the_month_has_what_it_says() -> None:
    month = make_month()
    assert len(month.faults) == FAULTS
    assert len(month.cut_off) == DEVICES // 5
    assert [alert.t for alert in month.alerts] == sorted(alert.t for alert in month.alerts)
    kinds = Counter(alert.change for alert in month.alerts)
    assert kinds["raised"] == kinds["cleared"] > 3_000
    assert make_month().alerts == month.alerts, "from one seed"


def test_a_fault_in_planned_maintenance_calls_nobody() -> None:
    start = START_MS + NIGHT_MS + 10 * MINUTE_MS
    inside = Fault(name_device(0), start, start + 30 * MINUTE_MS)
    assert building_of(0) == "hall-1"
    assert is_in_maintenance(inside)
    assert not is_in_maintenance(Fault(name_device(1), inside.start, inside.end))
    assert not is_in_maintenance(Fault(name_device(0), start, start + 120 * MINUTE_MS))


def test_a_short_month_is_played_whole() -> None:
    month = Month()
    noon = START_MS + 12 * 60 * MINUTE_MS
    month.add(name_device(7), noon, noon + 30 * MINUTE_MS, channel="current_a")
    month.add(name_device(8), noon, noon + 5_000, channel="current_a")
    for device in (12, 17, 22):
        month.add(name_device(device), noon, noon + 20 * MINUTE_MS, cause="silence")
    month.alerts.sort(key=lambda alert: alert.t)
    played = play(month)
    assert all(not incident.is_live for incident in played.incidents)
    announced = {
        incident.process.device_ids
        for incident in played.incidents
        if incident.announced_at is not None
    }
    assert announced == {(name_device(7),), tuple(map(name_device, (12, 17, 22)))}
    assert len(played.incidents) == 3
