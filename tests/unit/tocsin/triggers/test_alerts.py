from __future__ import annotations

import json

import azure.functions as func
from azure.functions.cosmosdb import CosmosDBConverter
from azure.functions.meta import Datum

from tests.fakes.records import alert_record
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of

ALERT = alert_record(5).to_document()


def feed(*documents: dict[str, object]) -> func.DocumentList:
    """Changes as the worker builds them."""
    datum = Datum(json.dumps(documents), "json")
    found = CosmosDBConverter.decode(datum, trigger_metadata={})
    assert found is not None
    return found


async def test_push_alerts_sends_what_the_change_feed_brings() -> None:
    plant = Plant()
    changes = feed(
        {**ALERT, "_etag": '"1"', "_lsn": 7}, alert_record(6, type="cleared").to_document()
    )
    await functions_of(plant.services())["push_alerts"](changes)
    assert [(site, sent["alert"]["id"]) for site, sent in plant.live.alerts] == [
        ("north", "5-raised"),
        ("north", "6-cleared"),
    ]
    assert plant.live.alerts[0][1]["alert"] == ALERT


async def test_push_alerts_leaves_to_the_sweep_what_nobody_takes() -> None:
    plant = Plant()
    plant.live.away = True
    await plant.store.save_alerts([alert_record(5)])
    functions = functions_of(plant.services())
    await functions["push_alerts"](feed(ALERT))
    plant.live.away = False
    await functions["sweep_alerts"](None)
    assert [sent["alert"] for _, sent in plant.live.alerts] == [ALERT]


async def test_a_damaged_alert_is_put_aside_and_holds_up_no_other() -> None:
    plant = Plant()
    await functions_of(plant.services())["push_alerts"](feed({**ALERT, "t": None}, ALERT))
    assert [sent["alert"] for _, sent in plant.live.alerts] == [ALERT]
    assert plant.dead_letters.reasons == ["damaged"]
