"""A plan that did not bring what it promised holds its site still, says so, and lets go again."""

from __future__ import annotations

import pytest

from tests.fakes.messages import PROFILES
from tests.fakes.sites import Workshop
from tests.unit.tocsin.workshops import (
    DEVICES,
    PLACES,
    SITE,
    carry_out,
    heard,
    latest,
    run,
    set_content,
    told_workshop,
)
from tocsin.domain.devices.work import Sample, Work
from tocsin.domain.plans.restraint import HOLD, Hold
from tocsin.usecases.planning.remember import PROMISE_AFTER
from tocsin.usecases.settings.change_setting import change_setting

SLOW = 0.3


@pytest.fixture
async def shop() -> Workshop:
    made = await told_workshop()
    tasks = {name: {"loadPct": 20, "deadlineMs": 150} for name in PLACES}
    await set_content(made, "tasks", {"tasks": tasks})
    await measured(made)
    await run(made)
    return made


async def measured(shop: Workshop, *full: str) -> None:
    """All have just sent readings, as their load explains, or of a processor that is *full*."""
    for name in DEVICES:
        use = 98.0 if name in full else 9.0 + 20.0 * len(shop.twins.running(name))
        answer = 22.0 / (1.0 - min(use, 95.0) / 100.0)
        samples = tuple(Sample(shop.clock.now_ms - 5_000 * k, use, answer) for k in (2, 1, 0))
        await heard(shop, name, work=Work(1_000, 5_000, samples).to_document())


async def slow_down(shop: Workshop) -> None:
    """cell-1 is three times as slow, and its tasks go to the others."""
    shop.clock.pass_s(60)
    await measured(shop)
    samples = tuple(
        Sample(shop.clock.now_ms - 5_000 * k, 99.5, 22.0 / SLOW / 0.05) for k in (2, 1, 0)
    )
    await heard(shop, "cell-1", work=Work(1_000, 5_000, samples).to_document())
    assert await run(shop) == "planned"
    assert {move["from"] for move in latest(shop)["migrations"]} == {"cell-1"}
    await carry_out(shop, latest(shop)["version"])
    shop.clock.pass_s(PROMISE_AFTER)


async def find_hold(shop: Workshop) -> Hold | None:
    standing = await shop.sites.find_standing(SITE)
    assert standing is not None
    return standing.memory.trust.hold


async def break_promise(shop: Workshop) -> Hold:
    await slow_down(shop)
    await measured(shop, "cell-2", "cell-3")
    await run(shop)
    hold = await find_hold(shop)
    assert hold is not None
    return hold


async def test_a_promise_that_is_kept_holds_nothing(shop: Workshop) -> None:
    await slow_down(shop)
    await measured(shop)
    await run(shop)
    assert await find_hold(shop) is None


async def test_a_broken_promise_holds_the_site_and_is_on_the_record(shop: Workshop) -> None:
    hold = await break_promise(shop)
    version = latest(shop)["version"]
    assert f"plan {version} did not bring what it promised" in hold.reason
    assert [record["type"] for record in shop.sites.audit] == ["hold"]
    standing = await shop.sites.find_standing(SITE)
    assert standing is not None
    assert any(note.startswith("held still: ") for note in standing.notes)
    shop.clock.pass_s(15)
    await measured(shop, "cell-2", "cell-3")
    assert await run(shop) == "unchanged"
    assert latest(shop)["version"] == version
    assert len(shop.sites.audit) == 1, "the same hold is recorded once"


async def test_a_hold_ends_by_itself(shop: Workshop) -> None:
    await break_promise(shop)
    shop.clock.pass_s(HOLD)
    await measured(shop)
    await run(shop)
    assert await find_hold(shop) is None


async def test_an_operator_lifts_a_hold(shop: Workshop) -> None:
    await break_promise(shop)
    shop.clock.pass_s(1)
    await change_setting(
        "optimiser",
        SITE,
        {"hold": None},
        operator="ada",
        sources=shop.sources,
        profiles=PROFILES,
        requests=shop.requests,
        live=shop.live,
        now_ms=shop.clock,
    )
    shop.clock.pass_s(1)
    await measured(shop)
    await run(shop)
    assert await find_hold(shop) is None


async def test_what_operators_order_is_done_all_the_same(shop: Workshop) -> None:
    await break_promise(shop)
    await set_content(shop, "overrides", {"pins": {"a1": "cell-1"}})
    shop.clock.pass_s(60)
    await measured(shop)
    await run(shop)
    assert latest(shop)["allocation"]["a1"] == "cell-1"


async def test_a_hold_is_shown_to_those_who_watch_the_site_and_that_it_is_over(
    shop: Workshop,
) -> None:
    await slow_down(shop)
    await measured(shop, "cell-2", "cell-3")
    shop.live.sent.clear()
    await run(shop)
    (told,) = [message for _, message in shop.live.sent if message["type"] == "standing"]
    assert told["standing"]["hold"]["reason"] in "; ".join(told["standing"]["notes"])
    shop.live.sent.clear()
    await run(shop)
    assert not [message for _, message in shop.live.sent if message["type"] == "standing"]
    shop.clock.pass_s(HOLD)
    await measured(shop, "cell-2", "cell-3")
    await run(shop)
    told = [message for _, message in shop.live.sent if message["type"] == "standing"][-1]
    assert told["standing"]["hold"] is None


async def test_who_cannot_be_shown_a_standing_holds_no_run_up(shop: Workshop) -> None:
    shop.live.away = True
    await slow_down(shop)
