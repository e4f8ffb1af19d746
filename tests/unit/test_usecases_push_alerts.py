from __future__ import annotations

import pytest

from tests.fakes.live import FakeLive
from tocsin.domain.errors import DeliveryError
from tocsin.usecases.push_alerts import push_alerts

ALERT = {"id": "5-raised", "type": "raised", "siteId": "north", "deviceId": "rig-1", "t": 5}


async def test_alerts_go_to_their_sites_in_order_without_the_databases_fields() -> None:
    live = FakeLive()
    south = {**ALERT, "id": "6-cleared", "siteId": "south"}
    await push_alerts([{**ALERT, "_etag": "x", "_lsn": 3, "_ts": 1}, south], live=live)
    assert live.sent == [
        ("north", {"type": "alert", "siteId": "north", "alert": ALERT}),
        ("south", {"type": "alert", "siteId": "south", "alert": south}),
    ]


async def test_a_failed_delivery_fails_the_batch_so_that_it_comes_again() -> None:
    live = FakeLive()
    live.away = True
    with pytest.raises(DeliveryError):
        await push_alerts([ALERT], live=live)
