from __future__ import annotations

import json

import azure.functions as func
import pytest
from azure.functions.cosmosdb import CosmosDBConverter
from azure.functions.meta import Datum

from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of
from tocsin.domain.errors import DeliveryError

ALERT = {"id": "5-raised", "type": "raised", "siteId": "north", "deviceId": "rig-1", "t": 5}


def feed(*documents: dict[str, object]) -> func.DocumentList:
    """Changes as the worker builds them."""
    datum = Datum(json.dumps(documents), "json")
    found = CosmosDBConverter.decode(datum, trigger_metadata={})
    assert found is not None
    return found


async def test_push_alerts_sends_what_the_change_feed_brings() -> None:
    plant = Plant()
    changes = feed({**ALERT, "_etag": '"1"', "_lsn": 7}, {**ALERT, "id": "6-cleared"})
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
