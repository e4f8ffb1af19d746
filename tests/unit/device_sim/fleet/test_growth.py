"""A fleet of any size: sites once more, in proportion, with their tasks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from device_sim.errors import FleetError
from device_sim.fleet.growth import Fleet, load_sized_fleet, resize_fleet
from device_sim.fleet.roster import DEFAULT_FLEET
from tocsin.profiles import load_profiles

WHOLE = load_sized_fleet(DEFAULT_FLEET, load_profiles(), None)
SIZE = len(WHOLE.devices)


@pytest.mark.parametrize("wanted", [1, SIZE - 1, SIZE, SIZE + 1, 3 * SIZE, 1_000])
def test_a_fleet_has_as_many_devices_as_are_wanted(wanted: int) -> None:
    fleet = resize_fleet(WHOLE, wanted)
    names = [device.device for device in fleet.devices]
    tasks = [task.task_id for task in fleet.tasks]
    assert len(names) == len(set(names)) == wanted
    assert len(tasks) == len(set(tasks))


def test_a_larger_fleet_begins_with_the_whole_file() -> None:
    fleet = resize_fleet(WHOLE, 1_000)
    assert fleet.devices[:SIZE] == WHOLE.devices
    assert fleet.tasks[: len(WHOLE.tasks)] == WHOLE.tasks


def test_sites_keep_their_size_and_profiles_their_shares() -> None:
    fleet = resize_fleet(WHOLE, 20 * SIZE)
    assert len(fleet.sites) == 20 * len(WHOLE.sites)
    assert {"north", "north-2", "south-20"} <= set(fleet.sites)
    sites = Counter(device.site for device in fleet.devices)
    assert sites["north-7"] == sites["north"]
    profiles = Counter(device.profile.name for device in fleet.devices)
    whole = Counter(device.profile.name for device in WHOLE.devices)
    assert profiles == {name: 20 * count for name, count in whole.items()}


def test_a_copy_stands_where_its_original_does_and_can_do_the_same() -> None:
    fleet = {device.device: device for device in resize_fleet(WHOLE, 2 * SIZE).devices}
    original, copy = fleet["north-workcell-01"], fleet["north-2-workcell-01"]
    assert copy == replace(original, device="north-2-workcell-01", site="north-2")
    assert copy.tags == {**original.tags, "siteId": "north-2"}


@pytest.mark.parametrize("wanted", [SIZE + 1, SIZE + 10, 1_000])
def test_each_task_of_a_copy_has_its_device(wanted: int) -> None:
    fleet = resize_fleet(WHOLE, wanted)
    sites = {device.device: device.site for device in fleet.devices}
    assert all(task.device is not None and sites[task.device] == task.site for task in fleet.tasks)


def test_what_is_not_named_after_its_site_is_numbered() -> None:
    (device,) = resize_fleet(WHOLE, 1).devices
    fleet = Fleet([replace(device, device="press", site="north")], [])
    assert [found.device for found in resize_fleet(fleet, 3).devices] == [
        "press",
        "press-2",
        "press-3",
    ]


def test_a_name_that_is_taken_is_said() -> None:
    (device,) = resize_fleet(WHOLE, 1).devices
    taken = [replace(device, device="press"), replace(device, device="press-2")]
    with pytest.raises(FleetError, match="'press-2' would be there twice"):
        resize_fleet(Fleet(taken, []), 4)
