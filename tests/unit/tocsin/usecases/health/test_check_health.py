"""What stands still is heard of, at any instance, in words that name nobody."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.messages import NOW, envelope, stream
from tests.fakes.records import alert_record
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.http_calls import call
from tocsin.domain.alerts.alert_marks import AlertKey, write_owed
from tocsin.domain.errors import DeliveryError
from tocsin.usecases.health.check_health import check_health
from tocsin.usecases.incidents.push_alerts import push_alerts
from tocsin.usecases.scoring.follow_scoring import ScoringWatch


async def ask(plant: Plant, status: int = 200) -> dict[str, Any]:
    found, content = await call(plant, "health", principal=None)
    assert found == status, content
    assert isinstance(content, dict)
    return content


async def fail(plant: Plant, watch: ScoringWatch) -> None:
    """A batch that a service keeps from being scored."""
    with pytest.raises(DeliveryError):
        async with watch.follow(stream([8], device_id="secret-device")):
            raise DeliveryError("secret-device: the database is away")


async def test_an_alert_that_nobody_is_shown_makes_it_degraded_then_unhealthy() -> None:
    plant = Plant()
    plant.store.now_s = NOW // 1_000
    await plant.store.save_alerts([alert_record(5, "secret-device")])
    key = AlertKey("secret-device", "5-raised")
    await plant.alert_marks.mark(key, {"askedAt": 1})
    steps = ((10, 200, "healthy"), (31, 200, "degraded"), (121, 503, "unhealthy"))
    for seconds, status, word in steps:
        plant.workshop.clock.now_ms = NOW + seconds * 1_000
        content = await ask(plant, status)
        assert (content["status"], content["oldestUnshownAlertS"]) == (word, seconds)
    assert content["reasons"] == ["an alert has been shown to nobody for 121 s"]
    await plant.alert_marks.mark(key, {"shownAt": 1})
    assert (await ask(plant))["status"] == "healthy"


async def test_one_instance_knows_that_the_partition_of_another_stands_still() -> None:
    plant = Plant()
    plant.workshop.clock.now_ms = stream([8])[0].enqueued_at + 40_000
    other = plant.services().scoring_watch
    await fail(plant, other)
    content = await ask(plant)
    assert content["status"] == "degraded"
    assert content["reasons"] == ["a message waits for its score for 40 s (DeliveryError)"]
    plant.workshop.clock.pass_s(100)
    assert "secret" not in str(await ask(plant, 503))
    async with other.follow(stream([8])):
        pass
    plant.workshop.clock.pass_s(61)
    assert (await ask(plant))["status"] == "healthy"


async def test_a_backlog_that_is_being_scored_is_said_to_be_behind() -> None:
    plant = Plant()
    plant.workshop.clock.now_ms = stream([8])[0].enqueued_at + 50_000
    async with plant.services().scoring_watch.follow(stream([8])):
        pass
    assert (await ask(plant))["oldestUnscoredMessageS"] == 50


async def test_progress_is_written_now_and_again_and_at_once_when_it_changes() -> None:
    plant = Plant()
    watch = plant.services().scoring_watch
    for _ in range(5):
        async with watch.follow(stream([8])):
            plant.workshop.clock.pass_s(1)
    assert plant.progress.saved == 1
    for _ in range(5):
        await fail(plant, watch)
    assert plant.progress.saved == 2
    async with watch.follow(stream([8])):
        plant.workshop.clock.pass_s(1)
    assert plant.progress.saved == 3
    plant.workshop.clock.pass_s(10)
    async with watch.follow(stream([8])):
        pass
    assert plant.progress.saved == 4
    (said,) = await plant.progress.list_progress()
    assert (said.partition, said.why, said.waiting_since) == ("0", None, None)
    assert said.scored_to == max(one.sequence_number for one in stream([8]))


async def test_a_database_that_is_away_does_not_fail_the_batch_for_want_of_progress() -> None:
    plant = Plant()
    plant.progress.away = True
    async with plant.services().scoring_watch.follow(stream([8])):
        pass
    async with plant.services().scoring_watch.follow([]):
        pass
    assert plant.progress.saved == 0


async def test_what_cannot_be_looked_up_is_said() -> None:
    plant = Plant()
    plant.dead_letters.away = plant.progress.away = plant.alert_marks.away = True
    content = await ask(plant)
    assert content["status"] == "degraded"
    assert content["reasons"] == [
        "whether an alert has been shown to nobody cannot be looked up",
        "whether a message waits for its score cannot be looked up",
        "the dead letters cannot be looked up",
    ]
    assert content["oldestUnshownAlertS"] is content["sidelined"] is None


async def test_letters_are_counted_until_they_are_replayed() -> None:
    plant = Plant()
    await plant.score([envelope(b"x", sequence_number=number) for number in range(3)])
    plant.workshop.clock.now_ms = envelope(b"x").enqueued_at + 1_000
    content = await ask(plant)
    assert (content["status"], content["sidelined"]) == ("healthy", 3)
    day = datetime.fromtimestamp(envelope(b"x").enqueued_at / 1_000, tz=UTC).date()
    today = await plant.dead_letters.list_day(day, most=9)
    await plant.dead_letters.mark_replayed(today[0].letter_id, NOW)
    assert (await ask(plant))["sidelined"] == 2


async def test_a_database_that_hangs_is_away() -> None:
    plant = Plant()

    async def hang() -> None:
        await asyncio.Event().wait()

    async with asyncio.timeout(5):
        report = await check_health(
            hang,
            marks=plant.alert_marks,
            progress=plant.progress,
            box=plant.dead_letters,
            poison=plant.poison,
            now_ms=NOW,
            within_s=0.05,
        )
    assert (report.status, report.database) == ("unhealthy", False)


async def test_a_queue_that_is_away_makes_no_alert_unseen() -> None:
    plant = Plant()
    plant.store.now_s = NOW // 1_000
    plant.workshop.requests.away = True
    await plant.store.save_alerts([alert_record(5)])
    await push_alerts([write_owed(alert_record(5))], plant.services().doors)
    plant.workshop.clock.pass_s(200)
    content = await ask(plant)
    assert (content["status"], content["oldestUnshownAlertS"]) == ("degraded", 0)
    assert content["reasons"] == ["a site is not planned because of an alert for 200 s"]


async def test_a_refused_bundle_is_told_by_whoever_scores_with_the_reason() -> None:
    """The instance that is asked may never have loaded a model."""
    plant, other = Plant(), Plant()
    plant.workshop.clock.now_ms = stream([8])[0].enqueued_at + 1_000
    other.progress, other.workshop.clock = plant.progress, plant.workshop.clock
    watch = other.services().scoring_watch
    async with watch.follow(stream([8])):
        pass
    content = await ask(plant)
    assert (content["status"], content["refusedBundles"]) == ("healthy", {})
    other.models.refused["rig"] = "active.json has no signature " + "x" * 9_999
    async with watch.follow(stream([8])):
        pass
    content = await ask(plant)
    assert content["status"] == "degraded"
    (reason,) = content["reasons"]
    assert reason.startswith(
        "the active bundle of profile 'rig' is refused: active.json has no signature"
    )
    assert len(reason) < 300
    del other.models.refused["rig"]
    async with watch.follow(stream([8])):
        pass
    assert (await ask(plant))["status"] == "healthy"


async def test_a_refusal_that_nobody_repeats_is_forgotten() -> None:
    plant = Plant()
    plant.models.refused["rig"] = "no signature"
    plant.workshop.clock.now_ms = stream([8])[0].enqueued_at
    async with plant.services().scoring_watch.follow(stream([8])):
        pass
    plant.workshop.clock.pass_s(9 * 60)
    assert (await ask(plant))["refusedBundles"] == {"rig": "no signature"}
    plant.workshop.clock.pass_s(60)
    assert (await ask(plant))["refusedBundles"] == {}


async def test_what_failed_too_often_is_told_by_its_queue() -> None:
    plant = Plant()
    assert (await ask(plant))["poisoned"] == 0
    plant.poison.counts["notifications-poison"] = 2
    content = await ask(plant)
    assert (content["status"], content["poisoned"]) == ("degraded", 2)
    assert content["reasons"] == ["2 messages lie in the queue notifications-poison"]


async def test_queues_that_cannot_be_looked_at_are_told() -> None:
    plant = Plant()
    plant.poison.away = True
    content = await ask(plant)
    assert (content["status"], content["poisoned"]) == ("degraded", None)
    assert content["reasons"] == ["the queues of what failed too often cannot be looked at"]
