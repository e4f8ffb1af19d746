from __future__ import annotations

import json

import azure.functions as func
import pytest
from azure.functions.cosmosdb import CosmosDBConverter
from azure.functions.meta import Datum

from tests.fakes.records import alert_record
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of
from tocsin.domain.errors import DeliveryError

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
    assert [(site, sent["alert"]["id"]) for site, sent in plant.live.sent] == [
        ("north", "5-raised"),
        ("north", "6-cleared"),
    ]
    assert plant.live.sent[0][1]["alert"] == ALERT


async def test_push_alerts_fails_when_nobody_takes_them() -> None:
    plant = Plant()
    plant.live.away = True
    with pytest.raises(DeliveryError):
        await functions_of(plant.services())["push_alerts"](feed(ALERT))


async def test_a_damaged_alert_is_told_of_and_holds_up_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plant = Plant()
    await functions_of(plant.services())["push_alerts"](feed({**ALERT, "t": None}, ALERT))
    assert [sent["alert"] for _, sent in plant.live.sent] == [ALERT]
    assert "'5-raised' of device 'rig-1' is damaged: t is None" in caplog.text
