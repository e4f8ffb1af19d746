"""Where things meet that were each thought of alone: clocks, profiles, alerts, people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tests.fakes.messages import NOW, PROBE, PROFILES, RIG, reading_message
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tests.fakes.services import Plant
from tests.fakes.targets import TARGETS
from tests.unit.tocsin.usecases.incidents.incident_plant import IncidentPlant
from tocsin.domain.alerts.alert import Alert
from tocsin.domain.alerts.silence import raise_silence
from tocsin.domain.messages.telemetry import Envelope
from tocsin.usecases.feedback.call_normal import apply_normal
from tocsin.usecases.feedback.known_device import Judging

BACK_MS = 4 * 3_600_000
START = NOW - 10 * 3_600_000


class LevelModel(FakeModel):
    """How far the last reading lies from 0, each channel for itself."""

    def score(
        self, windows: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]:
        distance = np.abs(windows[:, -1])
        score = distance.sum(axis=1)
        shares = distance / np.maximum(score, 1e-9)[:, np.newaxis]
        return score, shares, np.zeros(shares.shape, dtype=np.int8)


class Rig:
    """A rig that sends a message of five readings each 5 s, and has its clock put back."""

    def __init__(self) -> None:
        self.plant = Plant(models=FakeModels(LevelModel(spec_of(RIG))))
        self.true_ms = START
        self.offset_ms = 0
        self.seq = 0

    def write(self, speed: float, heat: float) -> Envelope:
        times = [self.true_ms + self.offset_ms + 1_000 * index for index in range(5)]
        # No two readings are the same: a sensor has noise.
        rows = [[speed + 0.001 * ((self.seq * 5 + index) % 97), heat] for index in range(5)]
        message = reading_message(self.seq, times, rows)
        self.seq += 1
        self.true_ms += 5_000
        return replace(message, enqueued_at=self.true_ms)

    async def send(self, messages: int, *, speed: float = 0.1, heat: float = 0.1) -> None:
        for _ in range(messages):
            await self.plant.score([self.write(speed, heat)])

    def raised(self) -> list[Alert]:
        every = map(Alert.from_document, self.plant.store.all("alerts"))
        found = [alert for alert in every if alert.change == "raised"]
        return sorted(found, key=lambda alert: alert.enqueued_at or 0)


async def test_a_second_fault_is_found_after_the_clock_was_put_back() -> None:
    rig = Rig()
    await rig.send(10)
    await rig.send(10, speed=20.0)
    rig.offset_ms = -BACK_MS
    await rig.send(10, speed=20.0)
    assert [alert.subject for alert in rig.raised()] == [None]
    await rig.send(3, speed=20.0, heat=40.0)
    assert [alert.subject for alert in rig.raised()] == [None, "heat_c"]


async def test_an_alert_from_before_the_clock_was_put_back_can_be_called_normal() -> None:
    rig = Rig()
    await rig.send(100)
    await rig.send(10, speed=20.0)
    rig.offset_ms = -BACK_MS
    await rig.send(30, speed=20.0)
    judging = Judging(PROFILES, rig.plant.models, TARGETS, rig.plant.store)
    found = await apply_normal("rig-1", judging, operator="ada", now_ms=rig.true_ms)
    assert round(found.shifts["speed_rpm"]) == 20
    known = await rig.plant.store.device_threshold("rig-1")
    assert known is not None
    assert known.baseline is not None
    rig.plant.thresholds.baseline_by_device["rig-1"] = known.baseline
    await rig.send(3, speed=20.0)
    device = await rig.plant.store.device("rig-1")
    assert device is not None
    assert device.alert_since is None


async def test_what_is_known_under_one_profile_is_news_under_another() -> None:
    plant = Plant()
    times = [START + 1_000 * index for index in range(8)]
    rows = [[1.0 + index, 2.0] for index in range(8)]
    await plant.score([reading_message(0, times, rows)])
    await plant.score([reading_message(1, times, [[2.0]] * 8, profile=PROBE)])
    await plant.score([reading_message(2, times, rows)])
    stored = [(found["profile"], len(found["t"])) for found in plant.store.all("readings")]
    assert sorted(stored) == [("probe", 8), ("rig", 8)]


async def test_an_alert_beside_an_open_one_joins_its_incident() -> None:
    rig = Rig()
    await rig.send(10)
    await rig.send(10, speed=20.0)
    await rig.send(3, speed=20.0, heat=40.0)
    first, beside = rig.raised()
    assert beside.subject == "heat_c"
    incidents = IncidentPlant(rig.plant)
    await incidents.join(first)
    await incidents.join(beside)
    (source,) = incidents.only().process.sources
    assert [episode.alert_id for episode in source.episodes] == [first.alert_id, beside.alert_id]


async def test_a_device_in_alert_that_falls_silent_is_one_incident_with_both() -> None:
    rig = Rig()
    await rig.send(10)
    await rig.send(10, speed=20.0)
    device = await rig.plant.store.device("rig-1")
    assert device is not None
    incidents = IncidentPlant(rig.plant)
    await incidents.join(*rig.raised())
    await incidents.join(raise_silence(device))
    (source,) = incidents.only().process.sources
    assert source.causes == {"score", "silence"}
    assert sum(episode.is_active for episode in source.episodes) == 2
