"""Live messages reach those who watch a site, by whatever carries them."""

from __future__ import annotations

import pytest

from tests.contract import ports
from tests.contract.implementations import each
from tests.contract.ports import ODD_SITES, Channel
from tocsin.domain.errors import DeliveryError
from tocsin.usecases.ports.operators import Live

channel = each(fake=(ports.fake_channel, None), webpubsub=(ports.webpubsub_channel, "webpubsub"))
away_live = each(fake=(ports.fake_away_live, None), webpubsub=(ports.webpubsub_away_live, None))


async def test_live_messages_reach_those_who_watch_the_site_in_order(channel: Channel) -> None:
    for number in range(3):
        await channel.live.send("north", {"type": "alert", "n": number, "text": "ü"})
    await channel.live.send("south", {"type": "telemetry", "devices": []})
    assert await channel.sent_to("north", 3) == [
        {"type": "alert", "n": number, "text": "ü"} for number in range(3)
    ]
    assert await channel.sent_to("south", 1) == [{"type": "telemetry", "devices": []}]


async def test_sites_of_any_name_are_watched_apart(channel: Channel) -> None:
    for site_id in ODD_SITES:
        await channel.live.send(site_id, {"type": "telemetry", "siteId": site_id})
    for site_id in ODD_SITES:
        assert await channel.sent_to(site_id, 1) == [{"type": "telemetry", "siteId": site_id}]


async def test_a_live_service_that_stays_away_is_a_failed_delivery(away_live: Live) -> None:
    with pytest.raises(DeliveryError):
        await away_live.send("north", {"type": "alert"})


async def test_a_client_gets_an_address_of_its_own(channel: Channel) -> None:
    url = await channel.live.client_url("ada", "north")
    assert url.startswith("ws://")
