from __future__ import annotations

import pytest

from tests.fakes.live import FakeLive
from tests.fakes.messages import NOW
from tests.fakes.records import alert_record
from tests.fakes.sites import FakeRequests
from tocsin.domain.errors import DeliveryError
from tocsin.usecases.push_alerts import push_alerts

ALERT = alert_record(5)


async def test_alerts_go_to_their_sites_in_order() -> None:
    live = FakeLive()
    south = alert_record(6, type="cleared", siteId="south")
    await push_alerts([ALERT, south], live=live, requests=FakeRequests(), now_ms=NOW)
    assert live.sent == [
        ("north", {"type": "alert", "siteId": "north", "alert": ALERT.to_document()}),
        ("south", {"type": "alert", "siteId": "south", "alert": south.to_document()}),
    ]


async def test_a_failed_delivery_fails_the_batch_so_that_it_comes_again() -> None:
    live, requests = FakeLive(), FakeRequests()
    live.away = True
    with pytest.raises(DeliveryError):
        await push_alerts([ALERT], live=live, requests=requests, now_ms=NOW)
    assert requests.kinds() == ["alert"], "the work moves though nobody can be shown why"


async def test_raised_alerts_ask_once_a_site_for_a_plan_a_moment_later() -> None:
    requests = FakeRequests()
    batch = [
        ALERT,
        alert_record(7, "rig-2"),
        alert_record(5, "rig-3", siteId="south"),
        alert_record(5, type="cleared", siteId="east"),
    ]
    await push_alerts(batch, live=FakeLive(), requests=requests, now_ms=NOW)
    north, south = requests.queue
    assert north == (
        {
            "siteId": "north",
            "kind": "alert",
            "requestedAt": NOW,
            "text": "alert of rig-1, rig-2",
            "alerted": {"rig-1": 5, "rig-2": 7},
            "version": None,
        },
        1,
    )
    assert south[0]["siteId"] == "south"


async def test_a_queue_that_is_away_keeps_nobody_from_seeing_the_alert() -> None:
    live, requests = FakeLive(), FakeRequests()
    requests.away = True
    with pytest.raises(DeliveryError):
        await push_alerts([ALERT], live=live, requests=requests, now_ms=NOW)
    assert len(live.sent) == 1
