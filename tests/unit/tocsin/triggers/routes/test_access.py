"""Nobody sees or changes what is kept from them, and nothing tells them that it is there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.keys_of_people import make_key, text_of
from tests.fakes.messages import stream
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import (
    ADMIN,
    ELSEWHERE,
    NOBODY,
    OPERATOR,
    SWA_OPERATOR,
    answer,
    call,
)
from tocsin.usecases.access.limit_calls import CallLimits

RIG_1, RIG_2 = {"id": "rig-1"}, {"id": "rig-2"}
NORTH = {"site": "north"}


@pytest.fixture
async def plant() -> Plant:
    """rig-1 in the north, kept from ELSEWHERE, and rig-2 in the south; both in alert."""
    plant = Plant()
    await plant.score(stream([8] * 4, odd=[30, 31], device_id="rig-1", site_id="north"))
    await plant.score(stream([8] * 4, odd=[30, 31], device_id="rig-2", site_id="south"))
    grant(plant, {"south": "act"})
    return plant


def grant(plant: Plant, sites: dict[str, str]) -> None:
    plant.workshop.sites.set_access({"people": {"elsewhere": {"name": "Eve", "sites": sites}}})


async def ask(plant: Plant, name: str, **parts: Any) -> tuple[int, Any]:  # noqa: ANN401 (any part)
    return await call(plant, name, **{"principal": ELSEWHERE, **parts})


async def test_lists_have_what_may_be_seen(plant: Plant) -> None:
    _, devices = await ask(plant, "devices")
    assert [device["id"] for device in devices["devices"]] == ["rig-2"]
    _, factors = await ask(plant, "factors")
    assert [factor["deviceId"] for factor in factors["factors"]] == ["rig-2"]
    for state in ("all", "open"):
        _, alerts = await ask(plant, "alerts", params={"state": state})
        _, every = await call(plant, "alerts", params={"state": state})
        assert {alert["deviceId"] for alert in alerts["alerts"]} == {"rig-2"}
        assert {alert["deviceId"] for alert in every["alerts"]} == {"rig-1", "rig-2"}


async def test_live_messages_are_those_of_sites_that_may_be_seen(plant: Plant) -> None:
    _, found = await ask(plant, "negotiate")
    assert (found["site"], found["sites"]) == ("south", ["south"])
    assert (await ask(plant, "negotiate", params=NORTH))[0] == 403
    grant(plant, {})
    status, content = await ask(plant, "negotiate")
    assert status == 403
    assert "may not see" in content["detail"]


@pytest.mark.parametrize("name", ["device", "device_readings"])
async def test_a_device_that_is_kept_is_like_none(plant: Plant, name: str) -> None:
    assert (await ask(plant, name, route=RIG_2))[0] == 200
    kept = await ask(plant, name, route=RIG_1)
    none = await ask(plant, name, route={"id": "rig-9"})
    assert (kept[0], kept[1]["detail"]) == (404, none[1]["detail"].replace("rig-9", "rig-1"))
    if name == "device":
        assert (await ask(plant, "alerts", params={"device": "rig-1"}))[0] == 404


async def test_a_site_that_is_kept_is_like_none(plant: Plant) -> None:
    for name in ("devices", "factors", "alerts", "plans", "latest_plan", "show_tasks", "negotiate"):
        kept = await ask(plant, name, params=NORTH)
        none = await ask(plant, name, params={"site": "nowhere"})
        assert (kept[0], kept[1]["detail"]) == (
            403, none[1]["detail"].replace("nowhere", "north"),
        ), name  # fmt: skip


async def test_sites_that_are_kept_are_not_named(plant: Plant) -> None:
    grant(plant, {"south": "see", "west": "see"})
    for name in ("devices", "factors", "alerts", "plans", "latest_plan", "show_tasks", "negotiate"):
        status, content = await ask(plant, name, params={"site": "west"})
        assert (status, content["detail"]) == (400, "there is no site 'west'; there are south")


async def test_who_may_see_may_not_act(plant: Plant) -> None:
    grant(plant, {"north": "see"})
    assert (await ask(plant, "show_optimiser", params=NORTH))[0] == 200
    for name, body in (("change_optimiser", {"paused": True}), ("run_plan", {})):
        status, content = await ask(plant, name, params=NORTH, body=body)
        assert status == 403
        assert "may not act on the site 'north'" in content["detail"]
    assert plant.workshop.requests.queue == []


async def test_what_may_concern_any_site_is_for_those_who_may_act_on_all(plant: Plant) -> None:
    for name in ("dead_letters", "dead_letter", "replay_dead_letter"):
        body: object = {} if name.startswith("replay") else None
        status, content = await ask(plant, name, body=body, route={"id": "x"})
        assert status == 403
        assert "may concern any site" in content["detail"]
    assert (await call(plant, "dead_letters", principal=OPERATOR))[0] == 200


async def test_everyone_learns_who_they_are_and_where_they_may(plant: Plant) -> None:
    assert await ask(plant, "me") == (
        200,
        {"id": "elsewhere", "name": "Eve", "roles": ["operator"], "sees": ["south"],
         "acts": ["south"]},
    )  # fmt: skip
    _, nobody = await call(plant, "me", principal=NOBODY)
    assert (nobody["id"], nobody["roles"]) == (None, ["guest"])
    _, swa = await call(plant, "me", principal=SWA_OPERATOR)
    assert (swa["id"], swa["sees"]) == ("id of Grace", ["*"])


async def test_an_admin_lets_somebody_in_and_it_counts(plant: Plant) -> None:
    assert (await ask(plant, "devices", params=NORTH))[0] == 403
    patch = {"people": {"elsewhere": {"sites": {"north": "see"}}}}
    status, shown = await call(plant, "change_access", principal=ADMIN, body=patch)
    assert (status, shown["setBy"]) == (200, "Linus")
    assert (await ask(plant, "devices", params=NORTH))[0] == 200
    assert (await call(plant, "show_access", principal=ADMIN))[1] == shown


async def test_an_admin_who_is_kept_from_all_sites_can_still_say_who_may(plant: Plant) -> None:
    plant.workshop.sites.set_access({"others": {}})
    assert (await call(plant, "devices", principal=ADMIN, params=NORTH))[0] == 403
    patch = {"others": {"*": "act"}}
    assert (await call(plant, "change_access", principal=ADMIN, body=patch))[0] == 200
    assert (await call(plant, "devices", principal=ADMIN, params=NORTH))[0] == 200


@pytest.mark.parametrize(
    ("if_match", "status"),
    [(None, 200), ("*", 200), ('"0"', 200), ('"1"', 412), ('W/"0"', 400), ("0", 400), ('"x"', 400)],
)
@pytest.mark.parametrize("name", ["change_optimiser", "change_access"])
async def test_a_change_is_made_to_what_was_read(
    plant: Plant, name: str, if_match: str | None, status: int
) -> None:
    plant.workshop.sites.set.clear()
    found = await answer(
        plant.services(),
        name,
        method="PATCH",
        headers={
            "X-MS-CLIENT-PRINCIPAL": ADMIN,
            "Content-Type": "application/json",
            **({} if if_match is None else {"If-Match": if_match}),
        },
        route={},
        params=[("site", "north")] if name == "change_optimiser" else [],
        body=b"{}",
    )
    assert found.status_code == status
    assert found.headers.get("ETag") == ('"1"' if status == 200 else None)
    assert len(plant.workshop.sites.audit) == (status == 200)


async def test_who_calls_too_often_is_told_when_to_call_again(plant: Plant) -> None:
    plant.call_limits = CallLimits(per_s=1, burst=2)
    for _ in range(2):
        assert (await ask(plant, "me"))[0] == 200
    found = await answer(
        plant.services(), "me", headers={"X-MS-CLIENT-PRINCIPAL": ELSEWHERE}, route={}
    )
    assert (found.status_code, found.headers["Retry-After"]) == (429, "1")
    assert (await call(plant, "me", principal=ADMIN))[0] == 200
    assert (await call(plant, "docs", principal=None))[0] == 200
    plant.workshop.clock.pass_s(1)
    assert (await ask(plant, "me"))[0] == 200


async def ask_from(plant: Plant, name: str, address: str, key: str | None = None) -> int:
    headers = {"X-Forwarded-For": f"203.0.113.7, {address}"}
    if key is not None:
        headers["X-Api-Key"] = key
    found = await answer(plant.services(), name, headers=headers, route={})
    return int(found.status_code)


@pytest.mark.parametrize("name", ["health", "docs", "openapi"])
async def test_who_does_not_sign_in_is_limited_by_address(name: str) -> None:
    plant = Plant()
    plant.address_limits = CallLimits(per_s=1, burst=2)
    assert [await ask_from(plant, name, "192.0.2.1:4711") for _ in range(3)] == [200, 200, 429]
    assert await ask_from(plant, name, "192.0.2.2:4711") == 200
    plant.workshop.clock.pass_s(1)
    assert await ask_from(plant, name, "192.0.2.1:815") == 200


async def test_keys_that_are_no_good_are_looked_up_no_more_than_the_limit(plant: Plant) -> None:
    plant.address_limits = CallLimits(per_s=1, burst=2)
    plant.keys.add(make_key(1, "read"))
    good, bad = text_of(make_key(1)), text_of(make_key(2))
    assert [await ask_from(plant, "me", "192.0.2.1", good) for _ in range(4)] == [200] * 4
    found = [await ask_from(plant, "me", "192.0.2.1", bad) for _ in range(3)]
    assert found == [401, 401, 429]
    assert await ask_from(plant, "me", "192.0.2.2", good) == 200
