"""What the app counts and times of its work: by site and profile, and once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.fakes.documents import CrashError
from tests.fakes.messages import NOW, PROBE, document, envelope, stream
from tests.fakes.meter import FakeMeter
from tests.fakes.services import Plant
from tests.fakes.sites import Workshop
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.usecases.notifications.notify_plant import ADA, CHAT, NotifyPlant, make_rule
from tests.unit.tocsin.workshops import ALERT, SITE, heard, run, told_workshop
from tocsin.domain.errors import RefusedError
from tocsin.domain.insights.metering import (
    ALERTS,
    BATCH_DURATION,
    BATCH_SIZE,
    DEAD_LETTERS,
    DELIVERIES,
    INSTRUMENTS,
    LAG,
    MESSAGES,
    PLANNING_DURATION,
    PLANNING_GAP,
    PLANNING_RUNS,
    READINGS,
    SHOWING_DELAY,
    Labels,
)
from tocsin.domain.messages.telemetry import Envelope
from tocsin.usecases.scoring.meter_batch import BatchMeter

ODD = range(20, 24)
SCORED = Labels("north", "rig", outcome="scored")
NOT_SCORED = Labels("north", "rig", outcome="not_scored")
ON_TIME = Labels("north", "rig", outcome="on_time")


@pytest.fixture
def plant() -> Plant:
    return Plant()


async def score(plant: Plant, envelopes: Sequence[Envelope], seconds: float = 0.25) -> None:
    ticks = iter((10.0, 10.0 + seconds))
    meter = BatchMeter(
        envelopes, plant.meter, now_ms=plant.workshop.clock, clock_s=lambda: next(ticks)
    )
    await plant.score(envelopes, meter=meter)


async def test_readings_count_by_site_and_profile_and_whether_they_have_a_score(
    plant: Plant,
) -> None:
    south = stream([8], device_id="probe-1", site_id="south", profile=PROBE)
    await score(plant, [*stream([8, 8]), *stream([8], device_id="rig-2"), *south])
    # A window takes 6 readings of a rig, 4 of a probe.
    assert plant.meter.add_up(READINGS) == {
        SCORED: 24 - 2 * 5,
        NOT_SCORED: 2 * 5,
        Labels("south", "probe", outcome="scored"): 5,
        Labels("south", "probe", outcome="not_scored"): 3,
    }
    assert plant.meter.add_up(MESSAGES) == {
        ON_TIME: 3,
        Labels("south", "probe", outcome="on_time"): 1,
    }


async def test_a_batch_tells_its_size_its_time_and_its_oldest_message(plant: Plant) -> None:
    messages = [replace(each, enqueued_at=NOW - 3_000) for each in stream([8, 8])]
    await score(plant, [*messages, envelope(b"no", enqueued_at=0)], seconds=0.25)
    assert plant.meter.add_up(BATCH_SIZE) == {Labels(): 3}
    assert plant.meter.add_up(BATCH_DURATION) == {Labels(): 0.25}
    assert plant.meter.add_up(LAG) == {Labels(): 3.0}


async def test_what_comes_again_is_known_and_counts_no_reading(plant: Plant) -> None:
    messages = stream([8, 8])
    await score(plant, messages)
    plant.meter.kept.clear()
    await score(plant, messages)
    assert plant.meter.add_up(READINGS) == {}
    assert plant.meter.add_up(MESSAGES) == {Labels("north", "rig", outcome="known"): 2}


async def test_what_comes_late_is_late(plant: Plant) -> None:
    first, second, third = stream([8, 8, 8])
    await score(plant, [first, third])
    plant.meter.kept.clear()
    await score(plant, [second])
    assert plant.meter.add_up(MESSAGES) == {Labels("north", "rig", outcome="late"): 1}
    assert sum(plant.meter.add_up(READINGS).values()) == 8


async def test_what_cannot_be_used_counts_by_its_reason(plant: Plant) -> None:
    strange = envelope(document(profile="unheard"), sequence_number=2)
    await score(plant, [envelope(b"no"), envelope(b"no", sequence_number=1), strange])
    assert plant.meter.add_up(DEAD_LETTERS) == {
        Labels("north", outcome="not-json"): 2,
        Labels("north", outcome="unknown-profile"): 1,
    }
    assert plant.meter.add_up(READINGS) == {}


async def test_what_the_database_refuses_is_a_dead_letter_and_no_reading(plant: Plant) -> None:
    plant.store.refused.add(("readings", "rig-2"))
    await score(plant, [*stream([8]), *stream([8], device_id="rig-2")])
    assert plant.meter.add_up(MESSAGES) == {ON_TIME: 1}
    assert sum(plant.meter.add_up(READINGS).values()) == 8
    assert plant.meter.add_up(DEAD_LETTERS) == {Labels("north", outcome="refused"): 1}


async def test_alerts_count_and_so_does_how_late_they_were_shown(plant: Plant) -> None:
    await score(plant, stream([8] * 3, odd=ODD))
    assert plant.meter.add_up(ALERTS) == {Labels("north", "rig", outcome="raised"): 1}
    (alert,) = plant.store.all("alerts")
    plant.workshop.clock.now_ms = alert["enqueuedAt"] + 1_500
    await functions_of(plant.services())["push_alerts"]([alert])
    assert plant.meter.add_up(SHOWING_DELAY) == {Labels("north", "rig"): 1.5}


async def test_an_alert_that_was_not_shown_has_no_delay(plant: Plant) -> None:
    await score(plant, stream([8] * 3, odd=ODD))
    plant.live.away = True
    await functions_of(plant.services())["push_alerts"]([*plant.store.all("alerts")])
    assert plant.meter.add_up(SHOWING_DELAY) == {}


async def test_a_batch_that_breaks_off_is_measured_when_it_comes_again(plant: Plant) -> None:
    messages = stream([8, 8])
    plant.store.crash_after = 1
    with pytest.raises(CrashError):
        await score(plant, messages)
    assert plant.meter.kept == []
    plant.store.crash_after = None
    plant.restart()
    await score(plant, messages)
    assert plant.meter.add_up(MESSAGES) == {ON_TIME: 2}


async def test_nothing_is_counted_where_nobody_keeps_it(plant: Plant) -> None:
    plant.meter = FakeMeter(is_on=False)
    meter = BatchMeter(stream([8]), plant.meter, now_ms=plant.workshop.clock)
    meter.add([], [])
    meter.end([])
    await score(plant, stream([8] * 3, odd=ODD))
    assert plant.meter.kept == []


async def test_runs_at_a_site_count_with_the_time_and_gap_of_their_plan() -> None:
    shop: Workshop = await told_workshop()
    shop.meter.kept.clear()
    await heard(shop, "cell-1", **ALERT)
    assert await run(shop, "alert", text="alert of cell-1") == "planned"
    assert shop.meter.add_up(PLANNING_RUNS) == {Labels(SITE, outcome="planned"): 1}
    ((labels, gap),) = shop.meter.add_up(PLANNING_GAP).items()
    assert labels.site == SITE
    assert labels.outcome
    assert 0 <= gap <= 1
    assert shop.meter.add_up(PLANNING_DURATION).keys() == {labels}


async def test_what_people_are_sent_counts_by_channel() -> None:
    site = NotifyPlant()
    await site.set(make_rule(ADA, CHAT))
    site.plant.slack.fails["*"] = RefusedError("no such hook")
    await site.announce()
    assert site.plant.meter.add_up(DELIVERIES) == {
        Labels("north", channel="email", outcome="sent"): 1,
        Labels("north", channel="slack", outcome="failed"): 1,
    }


def test_each_instrument_has_a_name_of_its_own() -> None:
    assert len({instrument.name for instrument in INSTRUMENTS}) == len(INSTRUMENTS)
    assert all(instrument.name.startswith("tocsin.") for instrument in INSTRUMENTS)
