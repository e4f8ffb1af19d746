"""Tasks go without only if operators allow it; it is said, remembered, and ends."""

from __future__ import annotations

import pytest

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
from tocsin.usecases.planning.remember_shed import PATIENCE

FULL_PCT = 38.0


@pytest.fixture
async def shop() -> Workshop:
    """Every device is full, so that nobody can take a task of another."""
    made = await told_workshop()
    tasks = {
        name: {"loadPct": FULL_PCT, "deadlineMs": 260, "priority": 0.8 if name == "a2" else 1}
        for name in PLACES
    }
    await set_content(made, "tasks", {"tasks": tasks})
    await measured(made)
    await run(made)
    return made


async def measured(shop: Workshop, speed: float = 1.0) -> None:
    """What all measure, cell-1 of so much *speed*."""
    for name in DEVICES:
        own = speed if name == "cell-1" else 1.0
        load = FULL_PCT * len(shop.twins.running(name))
        use = min((9.0 + load) / own, 99.5)
        answer = 22.0 / own / (1.0 - min(use, 95.0) / 100.0)
        samples = tuple(Sample(shop.clock.now_ms - 5_000 * k, use, answer) for k in (2, 1, 0))
        await heard(shop, name, work=Work(1_000, 5_000, samples).to_document())


async def test_off_by_default(shop: Workshop) -> None:
    shop.clock.pass_s(60)
    await measured(shop, 0.6)
    await run(shop)
    assert len(shop.twins.running("cell-1")) == 2


async def test_a_task_goes_without_and_comes_back(shop: Workshop) -> None:
    await set_content(shop, "optimiser", {"shed": True})
    shop.clock.pass_s(60)
    await measured(shop, 0.6)
    assert await run(shop) == "planned"
    plan = latest(shop)
    await carry_out(shop, plan["version"])
    (gone,) = [task for task, place in plan["allocation"].items() if place is None]
    assert gone == "a2", "the one with the lower priority"
    assert any(note.startswith("a2 goes without: cell-1") for note in plan["notes"])
    assert [one["subject"] for one in plan["violations"] if one["kind"] == "shed"] == ["a2"]
    assert shop.twins.running("cell-1") == {"a1"}
    for _ in range(3):
        shop.clock.pass_s(15)
        await measured(shop)
        assert await run(shop) == "unchanged", "it has just gone"
    standing = await shop.sites.find_standing(SITE)
    assert standing is not None
    assert [entry.task_id for entry in standing.memory.shed if entry.back_at is None] == ["a2"]
    for _ in range(2 * PATIENCE // 15 + 4):
        shop.clock.pass_s(15)
        await measured(shop)
        await run(shop)
    plan = latest(shop)
    assert plan["allocation"]["a2"] is not None
    assert {move["reason"] for move in plan["migrations"]} == {"there is room for it again"}


async def test_who_forbids_it_again_has_all_tasks_done(shop: Workshop) -> None:
    await set_content(shop, "optimiser", {"shed": True})
    shop.clock.pass_s(60)
    await measured(shop, 0.6)
    await run(shop)
    await carry_out(shop, latest(shop)["version"])
    await set_content(shop, "optimiser", {"shed": False})
    shop.clock.pass_s(15)
    await measured(shop, 0.6)
    assert await run(shop) == "planned"
    assert latest(shop)["allocation"]["a2"] is not None
