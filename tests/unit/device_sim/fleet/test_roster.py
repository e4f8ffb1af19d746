"""The fleet file, its errors, and registering a fleet."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from device_sim.errors import FleetError, RegistryError
from device_sim.fleet.roster import DEFAULT_FLEET, choose_devices, load_fleet, parse_fleet
from device_sim.hub.registry import Enrolment, device_keys, provision_devices
from tests.fakes.device_registry import FakeRegistry
from tocsin.profiles import load_profiles

PROFILES = load_profiles()


CAPACITY = {"workcell": {"cpu_pct": 100, "energy_w_per_pct": 12.2, "response_ms": 22}}


def a_fleet(devices: object = None, **site: object) -> dict[str, Any]:
    floor = {"id": "ground", "devices": {"pump": ["p-1"]} if devices is None else devices}
    return {"sites": [{"id": "north", "buildings": [{"id": "hall-a", "floors": [floor]}], **site}]}


def test_the_default_fleet_is_large_and_varied() -> None:
    fleet = load_fleet(DEFAULT_FLEET, PROFILES)
    assert len(fleet) >= 50
    assert {device.profile.name for device in fleet} == set(PROFILES)
    assert len({device.site for device in fleet}) == 2
    assert len({(device.site, device.building) for device in fleet}) >= 4
    assert len({(device.site, device.building, device.floor) for device in fleet}) >= 6
    assert all(
        device.device.startswith(f"{device.site}-{device.profile.name}-") for device in fleet
    )


def test_a_device_knows_its_place() -> None:
    (device,) = parse_fleet(a_fleet(utc_offset_h=-5), PROFILES)
    assert device.tags == {"siteId": "north", "building": "hall-a", "floor": "ground"}
    assert (device.device, device.profile.name, device.utc_offset_h) == ("p-1", "pump", -5.0)


def test_a_device_that_runs_tasks_says_what_it_can_carry() -> None:
    document = a_fleet(
        {"workcell": ["w-1", "w-2"], "pump": ["p-1"]},
        tasks={},
        capabilities={"vision": ["w-1"], "control": ["w-1"]},
    )
    document["capacity"] = CAPACITY
    able, other, pump = parse_fleet(document, PROFILES)
    assert able.tags == {
        "siteId": "north",
        "building": "hall-a",
        "floor": "ground",
        "capacity": {"cpuPct": 100.0, "energyWPerPct": 12.2, "responseMs": 22.0},
        "capabilities": ["vision", "control"],
    }
    assert other.tags["capabilities"] == []
    assert pump.tags.keys() == {"siteId", "building", "floor"}


def test_without_tasks_at_its_site_a_device_has_its_duty_cycle() -> None:
    document = {**a_fleet({"workcell": ["w-1"]}), "capacity": CAPACITY}
    (device,) = parse_fleet(document, PROFILES)
    assert device.capacity is None
    assert device.tags.keys() == {"siteId", "building", "floor"}


FLOOR = "sites[0].buildings[0].floors[0]"


def test_a_site_has_any_name_that_people_write() -> None:
    document = a_fleet()
    document["sites"][0]["id"] = "Werk Süd/1"
    (device,) = parse_fleet(document, load_profiles())
    assert device.tags["siteId"] == "Werk Süd/1"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "the file must be a mapping"),
        ({}, "sites is missing or empty"),
        ({"sites": []}, "sites is missing or empty"),
        ({"sites": ["north"]}, "sites[0] must be a mapping"),
        ({"sites": [{"id": "north"}]}, "sites[0].buildings is missing"),
        ({"sites": [{"buildings": []}]}, "sites[0].id is missing"),
        ({"sites": [{"id": "a\nb"}]}, "sites[0].id: no site: 'a\\nb' has characters"),
        ({"sites": [{"id": "x" * 65}]}, "65 characters; 64 are most"),
        ({"sites": [{"id": 7}]}, "sites[0].id: a site needs an id"),
        ({"site": []}, "'site' is unknown; use capacity, sites"),
        ({**a_fleet(), "capacity": []}, "capacity must be a mapping"),
        ({**a_fleet(), "capacity": {"pump": {}}}, "capacity: 'pump' is unknown; use workcell"),
        ({**a_fleet(), "capacity": {"workcell": {}}}, "capacity.workcell.cpu_pct is missing"),
        (
            {**a_fleet(), "capacity": {"workcell": {**CAPACITY["workcell"], "cpu_pct": 0}}},
            "capacity.workcell.cpu_pct: 0 must be a number above 0",
        ),
        (
            {**a_fleet(), "capacity": {"workcell": {**CAPACITY["workcell"], "ram": 1}}},
            "capacity.workcell: 'ram' is unknown",
        ),
        (a_fleet(capabilities=["vision"]), "sites[0].capabilities must be a mapping"),
        (a_fleet(capabilities={"vision": "w-1"}), "sites[0].capabilities.vision must be a list"),
        (
            a_fleet(capabilities={"vision": ["p-1"]}),
            "sites[0].capabilities.vision[0]: 'p-1' runs no tasks at this site; name one of none",
        ),
        (a_fleet({"toaster": ["t-1"]}), f"{FLOOR}.devices: 'toaster' is unknown; use environment"),
        (a_fleet({"pump": ["p-1", "p-1"]}), "device 'p-1' is there twice"),
        (a_fleet({"pump": ["a pump"]}), f"{FLOOR}.devices.pump[0]: 'a pump' is no id"),
        (a_fleet({"pump": ["a/b"]}), "is no id"),
        (a_fleet({"pump": ["-a"]}), "is no id"),
        (a_fleet({"pump": [7]}), "7 is no id"),
        (a_fleet({"pump": [None]}), "devices.pump[0] is missing"),
        (a_fleet({"pump": "p-1"}), f"{FLOOR}.devices.pump must be a list"),
        (a_fleet([]), f"{FLOOR}.devices must be a mapping"),
        (a_fleet({}), "no device in the whole file"),
        (a_fleet(utc_offset_h="one"), "sites[0].utc_offset_h: 'one' must be hours"),
        (a_fleet(utc_offset_h=20), "utc_offset_h: 20 must be hours"),
        (a_fleet(colour="red"), "sites[0]: 'colour' is unknown"),
    ],
)
def test_a_wrong_fleet_says_where_and_what(document: object, said: str) -> None:
    with pytest.raises(FleetError) as caught:
        parse_fleet(document, PROFILES)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_floor_without_devices_says_so() -> None:
    document = a_fleet()
    del document["sites"][0]["buildings"][0]["floors"][0]["devices"]
    with pytest.raises(FleetError, match="devices is missing; list device ids by profile"):
        parse_fleet(document, PROFILES)


def test_a_file_that_is_no_fleet_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("sites: [\n", encoding="utf-8")
    with pytest.raises(FleetError, match=r"bad\.yaml: not YAML") as caught:
        load_fleet(bad, PROFILES)
    assert "\n" not in str(caught.value)
    with pytest.raises(FleetError, match=r"none\.yaml: No such file"):
        load_fleet(tmp_path / "none.yaml", PROFILES)


def test_a_few_devices_are_of_every_kind() -> None:
    fleet = load_fleet(DEFAULT_FLEET, PROFILES)
    few = choose_devices(fleet, 10)
    assert Counter(device.profile.name for device in few) == dict.fromkeys(PROFILES, 2)
    assert {device.site for device in few} == {"north", "south"}
    assert choose_devices(fleet, len(fleet)) == fleet
    most = choose_devices(fleet, 50)
    assert [device for device in most if device.capacity] == [
        device for device in fleet if device.capacity
    ]
    with pytest.raises(FleetError, match="the fleet has"):
        choose_devices(fleet, len(fleet) + 1)


def test_registering_twice_keeps_keys_and_renews_tags() -> None:
    registry = FakeRegistry(("d-1",))
    old_key = registry.keys["d-1"]
    fleet = [Enrolment("d-1", {"siteId": "north"}), Enrolment("d-2", {"siteId": "north"})]
    assert provision_devices(registry, fleet) == 1
    assert provision_devices(registry, [Enrolment("d-1", {"siteId": "south"})]) == 0
    assert registry.keys["d-1"] == old_key
    assert registry.tags == {"d-1": {"siteId": "south"}, "d-2": {"siteId": "north"}}


def test_a_registry_that_fails_says_so() -> None:
    with pytest.raises(RegistryError, match="d-2: the device registry answered 500"):
        provision_devices(FakeRegistry(broken=("d-2",)), [Enrolment("d-2", {})])


def test_devices_not_registered_are_named_with_the_fix() -> None:
    registry = FakeRegistry(("d-1",))
    assert device_keys(registry, ["d-1"]) == {"d-1": "key of d-1"}
    with pytest.raises(RegistryError, match=r"not registered: d-9 \(1 of 2 devices\).*provision"):
        device_keys(registry, ["d-1", "d-9"])
