"""After an alert the site is looked at again a few readings later."""

from __future__ import annotations

import json

import pytest

from tests.fakes.sites import Workshop
from tests.unit.tocsin.workshops import (
    DEVICES,
    PLACES,
    SITE,
    heard,
    run,
    set_content,
    told_workshop,
)
from tocsin.domain.devices.work import Sample, Work
from tocsin.domain.plans.requests import Request, parse_request


@pytest.fixture
async def shop() -> Workshop:
    made = await told_workshop()
    samples = tuple(Sample(made.clock.now_ms - 5_000 * k, 49.0, 43.0) for k in (2, 1, 0))
    await heard(made, *DEVICES, work=Work(1_000, 5_000, samples).to_document())
    await run(made)
    return made


async def test_an_alert_is_looked_into_for_a_while(shop: Workshop) -> None:
    alerted = {"cell-1": shop.clock.now_ms}
    assert await run(shop, "alert", text="alert of cell-1", alerted=alerted) == "unchanged"
    looks = 0
    while shop.requests.queue:
        document, delay_s = shop.requests.queue.pop()
        assert (document["kind"], document["text"], delay_s) == (
            "timer",
            "a closer look after the alert of cell-1",
            5,
        )
        shop.clock.pass_s(delay_s)
        looks += 1
        assert await shop.rebalance(_read(document)) == "unchanged"
    assert looks == 5


async def test_an_alert_that_a_run_has_seen_already_is_looked_into_too(shop: Workshop) -> None:
    """The timer may be sooner than the alert's own request, and nobody else looks closer."""
    at_ms = shop.clock.now_ms - 5_000
    request = Request(SITE, "alert", at_ms, alerted={"cell-1": at_ms})
    assert await shop.rebalance(request) == "covered"
    document, delay_s = shop.requests.queue.pop()
    assert (document["kind"], delay_s) == ("timer", 5)


async def test_the_timer_alone_asks_for_nothing(shop: Workshop) -> None:
    assert await run(shop) == "unchanged"
    assert shop.requests.queue == []


def _read(document: dict[str, object]) -> Request:
    return parse_request(json.dumps(document).encode())


async def test_an_order_that_only_repeats_what_a_device_runs_makes_nothing_wait(
    shop: Workshop,
) -> None:
    """The first orders of a site tell every device what it runs, and it reports a new time."""
    now_ms = shop.clock.now_ms
    await set_content(
        shop, "tasks", {"tasks": {name: {"loadPct": 20, "deadlineMs": 150} for name in PLACES}}
    )
    shop.twins.report("cell-1", version=1, tasks=["a1", "a2"], at=now_ms - 12_000)
    samples = tuple(
        Sample(now_ms - 5_000 * ago, use, 22.0 / (1.0 - min(use, 95.0) / 100.0))
        for ago, use in ((2, 49.0), (1, 82.0), (0, 97.0))
    )
    await heard(shop, "cell-1", work=Work(1_000, 5_000, samples).to_document())
    assert await run(shop, "alert", alerted={"cell-1": now_ms - 1_000}) == "planned"
