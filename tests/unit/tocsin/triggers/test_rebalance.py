from __future__ import annotations

import json
import logging

import azure.functions as func
import pytest
from azure.functions.meta import Datum
from azure.functions.queue import QueueMessageInConverter
from azure.functions.timer import TimerRequest

from tests.fakes.services import Plant
from tests.unit.tocsin import workshops
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.triggers.contexts import make_context
from tests.unit.tocsin.workshops import SITE, latest
from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.plans.requests import QUEUE, Request
from tocsin.domain.tracing.place import Place
from tocsin.services import Services
from tocsin.triggers import rebalance


def message(body: str) -> func.QueueMessage:
    """As the worker builds it."""
    made = QueueMessageInConverter.decode(Datum(body, "string"), trigger_metadata={})
    assert isinstance(made, func.QueueMessage)
    return made


@pytest.fixture
async def plant() -> Plant:
    return Plant.around(await workshops.workshop())


def write_request(plant: Plant) -> str:
    return json.dumps(Request(SITE, "operator", plant.workshop.clock()).to_document())


async def test_the_timer_plans_every_site(plant: Plant) -> None:
    await functions_of(plant.services())["rebalance_fleet"](TimerRequest())
    assert latest(plant.workshop)["version"] == 1


async def test_a_request_plans_its_site(plant: Plant) -> None:
    await functions_of(plant.services())["rebalance_on_request"](message(write_request(plant)))
    assert latest(plant.workshop)["cause"]["kind"] == "operator"


async def test_a_site_that_is_being_planned_is_asked_for_again(plant: Plant) -> None:
    plant.workshop.leases.taken.add(f"rebalance/{SITE}")
    await functions_of(plant.services())["rebalance_on_request"](message(write_request(plant)))
    ((request, delay_s),) = plant.workshop.requests.queue
    assert (request, delay_s) == (json.loads(write_request(plant)), 1)


async def test_each_run_because_of_an_alert_is_in_its_trace(plant: Plant) -> None:
    """The alert's own, those that look closer, and those that follow a plan up."""
    plant.traces.share = 1.0
    shop = plant.workshop
    place = Place("a" * 32, "b" * 16)
    await workshops.heard(shop, "cell-1", **workshops.ALERT)
    asked = Request(SITE, "alert", shop.clock(), alerted={"cell-1": shop.clock.now_ms}, trace=place)
    shop.requests.queue.append((asked.to_document(), 0))
    functions, kinds = functions_of(plant.services()), list[str]()
    for _ in range(4):
        document, _ = shop.requests.queue.pop(0)
        kinds.append(document["kind"])
        invocation_id = f"run-{len(kinds)}"
        await functions["rebalance_on_request"](
            message(json.dumps(document)),
            context=make_context("rebalance_on_request", invocation_id),
        )
    assert set(kinds) == {"alert", "timer", "follow-up"}
    spans = plant.traces.spans
    assert [span.attributes["tocsin.kind"] for span in spans] == kinds
    assert {span.parent for span in spans} == {place}
    assert len({span.place for span in spans}) == len(kinds), "each run has a span of its own"


async def test_only_what_changed_is_logged(plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
    """Sites are looked at four times a minute, and more often after an alert."""
    functions = functions_of(plant.services())
    with caplog.at_level(logging.INFO, logger="tocsin.triggers.rebalance"):
        await functions["rebalance_fleet"](TimerRequest())
        assert [record.message for record in caplog.records] == [
            f"Rebalanced by the clock: {{'{SITE}': 'planned'}}"
        ]
        caplog.clear()
        plant.workshop.clock.pass_s(60)
        await workshops.heard(plant.workshop, *workshops.DEVICES)
        await functions["rebalance_fleet"](TimerRequest())
        asked = Request(SITE, "timer", plant.workshop.clock())
        await functions["rebalance_on_request"](message(json.dumps(asked.to_document())))
        assert caplog.records == []
        await workshops.set_content(plant.workshop, "tasks", {"tasks": {}})
        await functions["rebalance_on_request"](message(write_request(plant)))
        assert [record.levelname for record in caplog.records] == ["INFO"]


async def test_a_request_that_cannot_be_read_fails_into_the_poison_queue(plant: Plant) -> None:
    with pytest.raises(InvalidRequestError):
        await functions_of(plant.services())["rebalance_on_request"](message("not json"))


def test_the_schedule_is_a_setting_and_the_queue_is_the_one_that_is_written_to() -> None:
    def services() -> Services:
        raise AssertionError("importing and registering build nothing")

    app = func.FunctionApp()
    app.register_functions(rebalance.build_blueprint(services))
    triggers = {
        str(function.get_function_name()): function.get_bindings_dict()["bindings"][0]
        for function in app.get_functions()
    }
    assert triggers["rebalance_fleet"]["schedule"] == "%REBALANCE_SCHEDULE%"
    assert triggers["rebalance_on_request"]["queueName"] == QUEUE
