"""Personal keys: made, shown once, seen, revoked; and what a program may do with one."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from tests.fakes.keys_of_people import make_key, text_of
from tests.fakes.messages import NOW, stream
from tests.fakes.services import Plant
from tests.unit.tocsin.domain.access.test_principal import user
from tests.unit.tocsin.triggers.http_calls import ADMIN, OPERATOR, answer, call
from tocsin.domain.access.api_key import DAY_MS

ADA, EVE = user("Ada", "viewer"), user("Eve", "operator")
BODY = {"name": "scraper", "scopes": ["read"]}


@pytest.fixture
async def plant() -> Plant:
    plant = Plant()
    await plant.score(
        [*stream([8], device_id="rig-1"), *stream([8], device_id="rig-2", site_id="south")]
    )
    return plant


async def make(plant: Plant, principal: str = ADA, **changes: Any) -> tuple[str, str]:  # noqa: ANN401 (any key)
    """Id and text of a new key."""
    status, content = await call(plant, "create_key", principal=principal, body=BODY | changes)
    assert status == 201, content
    return content["key"]["keyId"], content["secret"]


async def ask(plant: Plant, name: str, key: str, **parts: Any) -> tuple[int, Any]:  # noqa: ANN401 (any part)
    """As a program with a key does, in whose browser an admin is signed in."""
    found = await answer(
        plant.services(),
        name,
        headers={
            "X-MS-CLIENT-PRINCIPAL": ADMIN,
            "X-Api-Key": key,
            "Content-Type": "application/json",
        },
        route=parts.get("route", {}),
        params=[*parts.get("params", {}).items()],
        body=b"{}",
    )
    return found.status_code, json.loads(found.get_body())


async def test_a_key_reads_what_its_owner_may_see(plant: Plant) -> None:
    _, key = await make(plant)
    sites = {"north": "see"}
    plant.workshop.sites.set_access({"people": {"id of Ada": {"name": "Ada", "sites": sites}}})
    _, content = await ask(plant, "devices", key)
    assert [device["id"] for device in content["devices"]] == ["rig-1"]
    assert (await ask(plant, "devices", key, params={"site": "south"}))[0] == 403
    assert (await ask(plant, "me", key))[1] == {
        "id": "id of Ada", "name": "Ada (scraper)", "roles": ["viewer"], "sees": ["north"],
        "acts": [],
    }  # fmt: skip


async def test_a_key_never_acts_whatever_its_owner_may(plant: Plant) -> None:
    _, key = await make(plant, EVE)
    for name in ("run_plan", "change_optimiser"):
        assert (await ask(plant, name, key, params={"site": "north"}))[0] == 403
    assert (await ask(plant, "dead_letters", key))[0] == 403
    for name in ("keys", "create_key", "show_access"):
        assert (await ask(plant, name, key))[0] == 403
    assert plant.workshop.requests.queue == []


async def test_a_key_is_for_what_it_was_made_for(plant: Plant) -> None:
    _, key = await make(plant, scopes=["detect"])
    status, content = await ask(plant, "devices", key)
    assert status == 403
    assert "it needs 'read'" in content["detail"]


async def test_a_key_ends_with_its_days(plant: Plant) -> None:
    _, key = await make(plant, days=2)
    plant.workshop.clock.now_ms += 2 * DAY_MS - 1
    assert (await ask(plant, "profiles", key))[0] == 200
    plant.workshop.clock.now_ms += 1
    assert (await ask(plant, "profiles", key))[0] == 401


async def test_a_revoked_key_is_useless_at_once_and_stays_on_the_list(plant: Plant) -> None:
    key_id, key = await make(plant)
    status, shown = await call(plant, "revoke_key", principal=ADA, route={"id": key_id})
    assert (status, shown["revokedAt"]) == (200, plant.workshop.clock.now_ms)
    assert (await ask(plant, "profiles", key))[0] == 401
    plant.workshop.clock.now_ms += 5
    again = await call(plant, "revoke_key", principal=ADA, route={"id": key_id})
    assert again == (200, shown)
    _, content = await call(plant, "keys", principal=ADA)
    assert content["keys"] == [shown]
    assert [record["after"]["revokedAt"] for record in plant.keys.audit] == [
        None, shown["revokedAt"],
    ]  # fmt: skip


async def test_nobody_but_an_admin_sees_or_revokes_the_key_of_another(plant: Plant) -> None:
    key_id, key = await make(plant)
    assert (await call(plant, "keys", principal=EVE))[1]["keys"] == []
    status, _ = await call(plant, "revoke_key", principal=EVE, route={"id": key_id})
    assert status == 404
    assert (await ask(plant, "profiles", key))[0] == 200
    _, seen = await call(plant, "keys", principal=ADMIN)
    assert [shown["keyId"] for shown in seen["keys"]] == [key_id]
    await call(plant, "revoke_key", principal=ADMIN, route={"id": key_id})
    assert (await ask(plant, "profiles", key))[0] == 401


async def test_the_secret_is_shown_once_and_kept_nowhere(
    plant: Plant, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        _, key = await make(plant)
        await ask(plant, "profiles", key)
        await ask(plant, "profiles", key[:-1] + "x")
        listed = await call(plant, "keys", principal=ADA)
    secret = key.rpartition("_")[2]
    for kept in (plant.keys.kept, plant.keys.audit, listed, caplog.text):
        assert secret not in str(kept)


@pytest.mark.parametrize(
    "text", ["", "x", "tocsin_1_2", "tocsin_000000000001_", "tocsin_é_ü", "Bearer x", "_" * 5_000]
)
async def test_what_is_no_key_names_nobody(plant: Plant, text: str) -> None:
    assert (await ask(plant, "profiles", text))[0] == 401


async def test_a_wrong_secret_is_like_no_key(plant: Plant) -> None:
    key = make_key(1, "read")
    plant.keys.add(key)
    assert (await ask(plant, "profiles", text_of(key)))[0] == 200
    wrong = await ask(plant, "profiles", text_of(key)[:-1] + "2")
    none = await ask(plant, "profiles", text_of(make_key(2, "read")))
    assert wrong == none
    assert wrong[0] == 401


async def test_a_person_has_a_bounded_number_of_keys_and_dead_ones_go(plant: Plant) -> None:
    for _ in range(20):
        key_id, _ = await make(plant, days=1)
    status, content = await call(plant, "create_key", principal=ADA, body=BODY)
    assert (status, content["detail"]) == (
        400, "you have 20 keys; revoke one that is not needed",
    )  # fmt: skip
    await call(plant, "revoke_key", principal=ADA, route={"id": key_id})
    await make(plant)
    plant.workshop.clock.now_ms = NOW + 32 * DAY_MS
    await make(plant)
    assert len(plant.keys.kept) == 2


async def test_who_has_no_id_makes_no_key(plant: Plant) -> None:
    status, content = await call(plant, "create_key", principal=OPERATOR, body=BODY)
    assert status == 403
    assert "has no id" in content["detail"]


async def test_a_key_counts_nothing_while_the_platform_vouches_for_nobody(plant: Plant) -> None:
    key = make_key(1, "read")
    plant.keys.add(key)
    found = await answer(
        plant.services(platform_auth=False), "profiles", headers={"X-Api-Key": text_of(key)},
        route={},
    )  # fmt: skip
    assert found.status_code == 403
