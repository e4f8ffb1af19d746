from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.fakes.messages import NOW, PROFILES, stream
from tests.fakes.records import drift_record
from tests.fakes.services import Plant
from tests.unit.tocsin.domain.access.test_principal import encoded
from tests.unit.tocsin.triggers import http_calls
from tests.unit.tocsin.triggers.http_calls import (
    ADMIN,
    NOBODY,
    OPERATOR,
    PROBLEM,
    SWA_OPERATOR,
    SWA_VIEWER,
    VIEWER,
)

ROUTES: dict[str, dict[str, str]] = {
    "negotiate": {},
    "profiles": {},
    "devices": {},
    "device": {"id": "rig-1"},
    "device_readings": {"id": "rig-1"},
}


async def call(
    plant: Plant,
    name: str,
    *,
    route: Mapping[str, str] | None = None,
    **parts: Any,  # noqa: ANN401 (any part of a call)
) -> tuple[int, Any]:
    of_name = ROUTES.get(name, {}) if route is None else route
    return await http_calls.call(plant, name, route=of_name, **parts)


@pytest.fixture
async def plant() -> Plant:
    plant = Plant()
    await plant.score(
        [
            *stream([8, 8], device_id="rig-2", site_id="south"),
            *stream([8, 8], device_id="rig-1", site_id="north"),
        ]
    )
    return plant


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("principal", [VIEWER, OPERATOR, ADMIN, SWA_VIEWER, SWA_OPERATOR])
async def test_viewers_and_operators_are_served(plant: Plant, name: str, principal: str) -> None:
    status, _ = await call(plant, name, principal=principal)
    assert status == 200


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (None, 401),
        ("", 401),
        ("forged", 401),
        (encoded({"userRoles": "viewer"}), 401),
        (encoded("viewer"), 401),
        (NOBODY, 403),
    ],
)
async def test_everyone_else_is_refused(
    plant: Plant, name: str, principal: str | None, expected: int
) -> None:
    status, content = await call(plant, name, principal=principal)
    assert status == expected
    assert set(content) == PROBLEM


@pytest.mark.parametrize("name", ROUTES)
async def test_without_the_platforms_authentication_nobody_is_trusted(
    plant: Plant, name: str
) -> None:
    status, content = await call(plant, name, platform_auth=False)
    assert status == 403
    assert "authentication is off" in content["detail"]


async def test_health_asks_for_no_user() -> None:
    plant = Plant()
    healthy = await call(plant, "health", principal=None, platform_auth=False)
    assert healthy == (
        200,
        {
            "status": "healthy",
            "database": "answers",
            "reasons": [],
            "oldestUnshownAlertS": 0,
            "oldestUnscoredMessageS": 0,
            "sidelined": 0,
            "poisoned": 0,
            "refusedBundles": {},
        },
    )
    plant.store.away = True
    status, content = await call(plant, "health", principal=None)
    assert (status, content["status"]) == (503, "unhealthy")
    assert content["reasons"] == ["the database does not answer"]


async def test_negotiate_gives_the_first_site_or_the_one_asked_for(plant: Plant) -> None:
    assert await call(plant, "negotiate") == (
        200,
        {
            "url": "ws://live/client/hubs/tocsin?user=Ada&site=north",
            "site": "north",
            "group": "site:north",
            "sites": ["north", "south"],
        },
    )
    _, content = await call(plant, "negotiate", params={"site": "south"})
    assert content["site"] == "south"
    assert content["url"].endswith("site=south")


async def test_devices_without_a_site_are_never_the_first_site() -> None:
    plant = Plant()
    await plant.score(
        [
            *stream([8], device_id="rig-1", site_id="unassigned"),
            *stream([8], device_id="rig-2", site_id="Werk Süd/1"),
        ]
    )
    _, content = await call(plant, "negotiate")
    assert (content["site"], content["group"]) == ("Werk Süd/1", "site:Werk~20S~C3~BCd~2F1")
    assert content["sites"] == ["Werk Süd/1", "unassigned"]


async def test_negotiate_refuses_an_unknown_site(plant: Plant) -> None:
    status, content = await call(plant, "negotiate", params={"site": "west"})
    assert status == 400
    assert content["detail"] == "there is no site 'west'; there are north, south"


async def test_negotiate_before_any_device_has_reported() -> None:
    _, content = await call(Plant(), "negotiate")
    assert (content["site"], content["sites"]) == ("unassigned", [])


async def test_negotiate_says_when_live_messages_cannot_be_had(plant: Plant) -> None:
    plant.live.away = True
    status, content = await call(plant, "negotiate")
    assert status == 503
    assert "try again" in content["detail"]


async def test_profiles_are_listed_whole(plant: Plant) -> None:
    _, content = await call(plant, "profiles")
    assert [profile["name"] for profile in content["profiles"]] == list(PROFILES)
    assert [profile["drift"] for profile in content["profiles"]] == [None, None]
    assert content["profiles"][0]["channels"][0] == {
        "name": "speed_rpm",
        "title": "speed_rpm",
        "unit": "1",
        "low": -100.0,
        "high": 100.0,
        "role": "measurement",
        "error_values": [],
        "limits": None,
        "unsteady": None,
        "resolution": 0.0,
    }


async def test_a_profile_is_shown_with_its_drift(plant: Plant) -> None:
    drift = drift_record("probe", 0.12)
    await plant.store.save_drift(drift)
    _, content = await call(plant, "profiles")
    shown = {profile["name"]: profile["drift"] for profile in content["profiles"]}
    assert shown == {"rig": None, "probe": drift.to_document()}


async def test_a_profile_is_shown_with_the_bundle_that_scores_and_why_one_was_refused(
    plant: Plant,
) -> None:
    plant.models.refused["probe"] = "probe/active.json is not signed"
    _, content = await call(plant, "profiles")
    shown = {profile["name"]: profile["model"] for profile in content["profiles"]}
    assert shown == {
        "rig": {"version": "fake-1", "activatedAt": None, "refused": None},
        "probe": {
            "version": "fake-1",
            "activatedAt": None,
            "refused": "probe/active.json is not signed",
        },
    }


async def test_devices_are_listed_by_site(plant: Plant) -> None:
    _, everywhere = await call(plant, "devices")
    _, south = await call(plant, "devices", params={"site": "south"})
    assert [device["id"] for device in everywhere["devices"]] == ["rig-1", "rig-2"]
    assert [device["id"] for device in south["devices"]] == ["rig-2"]


async def test_a_device_is_shown_or_unknown(plant: Plant) -> None:
    status, content = await call(plant, "device")
    assert (status, content["deviceId"], content["siteId"]) == (200, "rig-1", "north")
    status, content = await call(plant, "device", route={"id": "rig-9"})
    assert (status, content["detail"]) == (404, "no device 'rig-9' has reported yet")


async def test_readings_are_shown_within_a_range(plant: Plant) -> None:
    status, content = await call(
        plant, "device_readings", params={"from": str(NOW - 5_000), "to": str(NOW), "max": "4"}
    )
    assert status == 200
    assert content["readings"] == 6
    assert all(len(series["t"]) <= 4 for series in content["series"].values())


@pytest.mark.parametrize(
    "params",
    [
        {"from": "yesterday"},
        {"to": "1.5"},
        {"max": "many"},
        {"max": "0"},
        {"max": "1"},
        {"max": "1000000"},
        {"from": "5", "to": "5"},
        {"from": "1" + "0" * 30},
        {"to": "9" * 5_000},
        {"from": ""},
    ],
)
async def test_a_parameter_out_of_range_is_refused(plant: Plant, params: dict[str, str]) -> None:
    status, content = await call(plant, "device_readings", params=params)
    assert status == 400
    assert content["detail"]
