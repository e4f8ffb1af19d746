"""Who did what is shown to those who may act there, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.messages import NOW, stream
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import ADMIN, ELSEWHERE, OPERATOR, VIEWER, call

NORTH, SOUTH = {"site": "north"}, {"site": "south"}


@pytest.fixture
async def plant() -> Plant:
    """The optimiser was paused in the north and in the south, and somebody was let in."""
    plant = Plant()
    await plant.score(
        [*stream([8], device_id="rig-1"), *stream([8], device_id="rig-2", site_id="south")]
    )
    for params in (NORTH, SOUTH):
        plant.workshop.clock.pass_s(1)
        await call(
            plant, "change_optimiser", principal=OPERATOR, params=params, body={"paused": True}
        )
    plant.workshop.clock.pass_s(1)
    patch = {"people": {"elsewhere": {"name": "Eve", "sites": {"south": "act", "north": "see"}}}}
    await call(plant, "change_access", principal=ADMIN, body=patch)
    return plant


async def ask(plant: Plant, principal: str, **params: str) -> Any:  # noqa: ANN401 (any JSON)
    status, content = await call(plant, "audit", principal=principal, params=params)
    assert status == 200, content
    return content


async def sites_of(plant: Plant, principal: str, **params: str) -> list[str]:
    return [change["siteId"] for change in (await ask(plant, principal, **params))["changes"]]


async def test_a_change_is_shown_with_who_when_from_and_to(plant: Plant) -> None:
    (change,) = (await ask(plant, OPERATOR, **NORTH))["changes"]
    assert (change["type"], change["siteId"], change["by"], change["at"]) == (
        "optimiser", "north", "Grace", NOW + 1_000,
    )  # fmt: skip
    assert change["details"]["before"] is None
    assert change["details"]["after"]["content"] == {"paused": True}


async def test_each_sees_what_was_done_where_they_may_act(plant: Plant) -> None:
    assert await sites_of(plant, ADMIN) == ["", "south", "north"]
    assert await sites_of(plant, OPERATOR) == ["south", "north"]
    assert await sites_of(plant, ELSEWHERE) == ["south"]
    assert (await call(plant, "audit", principal=ELSEWHERE, params=NORTH))[0] == 403
    assert (await call(plant, "audit", principal=VIEWER))[0] == 403


async def test_pages_follow_each_other(plant: Plant) -> None:
    found: list[str] = []
    before: dict[str, str] = {}
    while True:
        page = await ask(plant, ADMIN, max="1", **before)
        found += [change["siteId"] for change in page["changes"]]
        if page["older"] is None:
            break
        before = {"before": page["older"]}
    assert found == ["", "south", "north"]
