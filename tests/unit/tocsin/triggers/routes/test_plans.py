"""Operators see why each task moved, stop the optimiser, and decide for themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.messages import NOW
from tests.fakes.plans import spoilt_plan, stored_plan
from tests.fakes.records import device_record
from tests.fakes.services import Plant
from tests.unit.tocsin import workshops
from tests.unit.tocsin.triggers.http_calls import NOBODY, OPERATOR, VIEWER, call
from tests.unit.tocsin.workshops import DEVICES, PLACES, SITE, heard, run

NORTH = {"site": SITE}
READS = ("plans", "latest_plan", "show_optimiser", "show_overrides", "show_tasks")
WRITES = ("run_plan", "change_optimiser", "change_overrides", "change_tasks")


@pytest.fixture
async def plant() -> Plant:
    """A site planned twice: once to tell the devices, once to relieve cell-1."""
    plant = Plant.around(await workshops.workshop())
    await run(plant.workshop)
    plant.workshop.clock.pass_s(60)
    await heard(plant.workshop, *DEVICES)
    await heard(plant.workshop, "cell-1", alert={"t": 1})
    await run(plant.workshop, "alert", text="alert of cell-1")
    plant.workshop.requests.queue.clear()
    return plant


async def test_the_latest_plan_says_why_each_task_moved(plant: Plant) -> None:
    status, content = await call(plant, "latest_plan", params=NORTH)
    assert status == 200
    plan = content["plan"]
    assert plan["version"] == 2
    assert {move["taskId"] for move in plan["migrations"]} == {"a1", "a2"}
    assert all(move["reason"] for move in plan["migrations"])
    assert plan["allocation"].keys() == PLACES.keys()
    assert content["standing"]["outcome"] == "planned"


async def test_a_site_never_planned_has_no_plan(plant: Plant) -> None:
    await plant.store.save_devices([device_record("cell-9", siteId="south")])
    status, content = await call(plant, "latest_plan", params={"site": "south"})
    assert (status, content) == (200, {"damaged": [], "plan": None, "standing": None})


async def test_plans_are_listed_newest_first_without_their_details(plant: Plant) -> None:
    _, content = await call(plant, "plans", params=NORTH)
    assert [plan["version"] for plan in content["plans"]] == [2, 1]
    assert "allocation" not in content["plans"][0]
    _, content = await call(plant, "plans", params={**NORTH, "before": "2", "max": "5"})
    assert [plan["version"] for plan in content["plans"]] == [1]


async def test_one_plan_is_shown_whole(plant: Plant) -> None:
    _, content = await call(plant, "plan", route={"version": "1"}, params=NORTH)
    assert content["version"] == 1
    assert content["orders"]["cell-1"]["tasks"]
    status, content = await call(plant, "plan", route={"version": "9"}, params=NORTH)
    assert (status, content["detail"]) == (404, "site 'north' has no plan 9")


async def test_an_operator_asks_for_a_run(plant: Plant) -> None:
    status, content = await call(plant, "run_plan", principal=OPERATOR, params=NORTH, body={})
    assert status == 202
    ((request, delay_s),) = plant.workshop.requests.queue
    assert content == {"requested": request}
    assert (request["kind"], request["text"], delay_s) == ("operator", "Grace asked for it", 0)


async def test_a_preview_answers_with_the_plan_that_would_be_made(plant: Plant) -> None:
    await heard(plant.workshop, "cell-2", alert={"t": 1})
    status, content = await call(
        plant, "run_plan", principal=OPERATOR, params=NORTH, body={"preview": True}
    )
    assert status == 200
    assert {move["from"] for move in content["migrations"]} == {"cell-2"}
    assert plant.workshop.requests.queue == []


async def test_an_operator_pauses_and_a_viewer_sees_it(plant: Plant) -> None:
    status, content = await call(
        plant, "change_optimiser", principal=OPERATOR, params=NORTH, body={"paused": True},
        content_type="application/merge-patch+json; charset=utf-8",
    )  # fmt: skip
    assert (status, content["paused"], content["setBy"]) == (200, True, "Grace")
    assert await run(plant.workshop) == "paused"
    _, shown = await call(plant, "show_optimiser", params=NORTH)
    assert shown == content


async def test_an_operator_pins_and_drains(plant: Plant) -> None:
    body = {"pins": {"a1": "cell-1"}, "drained": {"cell-2": True}}
    _, content = await call(plant, "change_overrides", principal=OPERATOR, params=NORTH, body=body)
    assert (content["pins"], content["drained"]) == ({"a1": "cell-1"}, {"cell-2": True})


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(("principal", "expected"), [(None, 401), (NOBODY, 403), (VIEWER, 403)])
async def test_only_operators_act(
    plant: Plant, name: str, principal: str | None, expected: int
) -> None:
    status, content = await call(plant, name, principal=principal, params=NORTH, body={})
    assert status == expected
    assert content["detail"]
    assert plant.workshop.requests.queue == []
    assert plant.workshop.sites.audit == []


@pytest.mark.parametrize("name", READS)
async def test_viewers_read_and_strangers_do_not(plant: Plant, name: str) -> None:
    assert (await call(plant, name, params=NORTH))[0] == 200
    assert (await call(plant, name, principal=NOBODY, params=NORTH))[0] == 403


@pytest.mark.parametrize("name", [*READS, *WRITES])
@pytest.mark.parametrize("params", [{}, {"site": ""}])
async def test_a_site_must_be_named(plant: Plant, name: str, params: dict[str, str]) -> None:
    parts: dict[str, Any] = {} if name in READS else {"body": {}}
    status, content = await call(plant, name, principal=OPERATOR, params=params, **parts)
    assert (status, content["detail"]) == (400, "say which site, as ?site=NAME")


@pytest.mark.parametrize("name", [*READS, *WRITES])
@pytest.mark.parametrize(
    ("site", "said"),
    [
        (" north", "begins or ends with a space"),
        ("a\nb", "cannot be printed"),
        ("x" * 65, "64 are most"),
        ("$twin.tags.siteId", "a tag that is missing"),
        ("..", "site '..'"),
        ("<img src=x>", "site '<img src=x>'"),
    ],
)
async def test_what_is_no_site_is_refused_with_the_reason(
    plant: Plant, name: str, site: str, said: str
) -> None:
    parts: dict[str, Any] = {} if name in READS else {"body": {}}
    status, content = await call(plant, name, principal=OPERATOR, params={"site": site}, **parts)
    assert status == 400
    assert said in content["detail"]
    assert "no site" in content["detail"] or "no device is tagged" in content["detail"]


@pytest.mark.parametrize(
    ("name", "parts", "said"),
    [
        ("plans", {"params": {**NORTH, "max": "0"}}, "max must lie between"),
        ("plans", {"params": {**NORTH, "before": "soon"}}, "before must be a whole number"),
        ("change_optimiser", {"body": b"{"}, "the body is no JSON"),
        ("change_optimiser", {"body": b"[" * 100_000}, "the body is no JSON"),
        ("change_optimiser", {"body": []}, "must be a JSON object"),
        ("change_optimiser", {"body": {"paused": 1}}, "paused must be true or false"),
        ("change_overrides", {"body": {"pins": {"zz": "cell-1"}}}, "there is no task 'zz'"),
        ("change_tasks", {"body": {"tasks": {"n": {"loadPct": "9"}}}}, "loadPct must be a number"),
    ],
)
async def test_bad_input_is_answered_with_what_is_wrong(
    plant: Plant, name: str, parts: dict[str, Any], said: str
) -> None:
    status, content = await call(plant, name, **{"principal": OPERATOR, "params": NORTH, **parts})
    assert status == 400
    assert said in content["detail"]
    assert plant.workshop.sites.audit == []


async def test_a_service_that_is_away_is_a_503(plant: Plant) -> None:
    plant.workshop.requests.away = True
    status, content = await call(plant, "run_plan", principal=OPERATOR, params=NORTH, body={})
    assert (status, "try again" in content["detail"]) == (503, True)


async def test_a_pause_is_no_matter_of_the_hubs(plant: Plant) -> None:
    plant.workshop.twins.away = {"everyone"}
    status, content = await call(
        plant, "change_optimiser", principal=OPERATOR, params=NORTH, body={"paused": True}
    )
    assert (status, content["paused"]) == (200, True)


async def test_what_only_the_hub_knows_is_a_503_that_says_so(plant: Plant) -> None:
    plant.workshop.twins.away = {"everyone"}
    status, content = await call(
        plant, "change_optimiser", principal=OPERATOR, params={"site": "south"}, body={}
    )
    assert status == 503
    assert content["detail"].startswith("IoT Hub does not answer, and only it can say")


async def test_an_impossible_preview_says_why(plant: Plant) -> None:
    plant.workshop.sites.set.clear()
    status, content = await call(
        plant, "run_plan", principal=OPERATOR, params=NORTH, body={"preview": True}
    )
    assert status == 400
    assert "are not described" in content["detail"]


def test_the_workshop_is_at_the_tests_time() -> None:
    assert Plant().workshop.clock() == NOW


async def test_a_plan_that_cannot_be_shown_hides_no_other(plant: Plant) -> None:
    await plant.workshop.sites.save_plan(stored_plan(98, SITE, status="lucky"))
    await plant.workshop.sites.save_plan(stored_plan(99, SITE))
    status, content = await call(plant, "plans", params=NORTH)
    assert status == 200
    assert 99 in [plan["version"] for plan in content["plans"]]
    assert content["damaged"] == ["0000000098"]


async def test_a_plan_that_cannot_be_read_hides_no_other(plant: Plant) -> None:
    await plant.workshop.sites.save_plan(stored_plan(98, SITE))
    await plant.workshop.sites.save_plan(replace(spoilt_plan(99), site_id=SITE))
    status, content = await call(plant, "plans", params=NORTH)
    assert status == 200
    assert 98 in [plan["version"] for plan in content["plans"]]
    assert content["damaged"] == ["0000000099"]
    status, content = await call(plant, "latest_plan", params=NORTH)
    assert (status, content["plan"], content["damaged"]) == (200, None, ["0000000099"])


async def test_nothing_is_planned_after_a_plan_that_cannot_be_read(plant: Plant) -> None:
    """What devices were told last is not known, so the next order might be older than theirs."""
    await plant.workshop.sites.save_plan(replace(spoilt_plan(99), site_id=SITE))
    status, content = await call(
        plant, "run_plan", principal=OPERATOR, params=NORTH, body={"preview": True}
    )
    assert status == 400
    assert "what devices were told last is not known" in content["detail"]
