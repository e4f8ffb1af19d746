"""Devices as they are, scored by the bundles of this repository, without a stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from device_sim.devices.sensing import SimulatedDevice
from device_sim.signals.stream import SignalStream
from ml_model.paths import BUNDLES
from tests.fakes.dead_letters import FakeDeadLetters
from tests.fakes.live import FakeLive
from tests.fakes.messages import NOW, reading_message
from tests.fakes.store import FakeStore
from tests.fakes.thresholds import FakeThresholds
from tocsin.adapters.models.model_bundle import TorchModel, load_model
from tocsin.domain.judging.alert_targets import AlertTargets
from tocsin.domain.models.bundle import parse_bundle
from tocsin.domain.models.model_state import ModelState
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles
from tocsin.usecases.scoring.device_memory import DeviceMemory
from tocsin.usecases.scoring.score_readings import score_readings
from tocsin.usecases.scoring.show_beside import LiveBeside

TARGET_PER_DAY = 0.5
MESSAGE = 25  # readings in one
Rows = list[list[float | None]]


def load_shipped(profile: Profile) -> TorchModel:
    folder = BUNDLES / profile.name
    spec = parse_bundle((folder / "bundle.json").read_bytes(), profile)
    return load_model(spec, (folder / "model.pt2").read_bytes(), profile)


@dataclass
class ShippedModels:
    """The port Models over one bundle of the repository."""

    model: TorchModel

    async def current(self, profile: Profile) -> TorchModel:
        assert profile.name == self.model.spec.profile
        return self.model

    async def state(self, profile: Profile) -> ModelState:
        return ModelState(version=self.model.spec.version)


@dataclass
class Device:
    """One device of a profile, and what became of its readings.

    ``in_a_period``: how many it sends where its profile has one.
    """

    profile: Profile
    in_a_period: int = 1
    store: FakeStore = field(default_factory=FakeStore)
    thresholds: FakeThresholds = field(default_factory=FakeThresholds)
    memory: DeviceMemory = field(default_factory=DeviceMemory)
    models: ShippedModels = field(init=False)
    sent: int = 0
    messages: int = 0

    def __post_init__(self) -> None:
        self.models = ShippedModels(load_shipped(self.profile))

    @property
    def now_ms(self) -> int:
        """When the next reading is taken."""
        return NOW + self.sent * round(self.profile.period_s * 1_000 / self.in_a_period)

    async def send(self, rows: Rows) -> None:
        """Score *rows*, one reading a period, after those that were sent before."""
        for start in range(0, len(rows), MESSAGE):
            part = rows[start : start + MESSAGE]
            times = []
            for _ in part:
                times.append(self.now_ms)
                self.sent += 1
            await score_readings(
                [reading_message(self.messages, times, part, profile=self.profile)],
                profiles={self.profile.name: self.profile},
                memory=self.memory,
                store=self.store,
                models=self.models,
                thresholds=self.thresholds,
                targets=AlertTargets(TARGET_PER_DAY),
                dead_letters=FakeDeadLetters(),
                live=LiveBeside(FakeLive()),
                now_ms=lambda: self.now_ms,
            )
            self.messages += 1

    async def heed_operators(self) -> None:
        """What every instance does within a minute."""
        for known in await self.store.device_thresholds():
            if known.baseline is not None:
                self.thresholds.baseline_by_device[known.device_id] = known.baseline
            if known.factor is not None:
                self.thresholds.by_device[known.device_id] = known.factor

    @property
    def state(self) -> dict[str, Any]:
        (document,) = self.store.all("devices")
        return document

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return sorted(self.store.all("alerts"), key=lambda alert: int(alert["t"]))

    @property
    def raised(self) -> list[dict[str, Any]]:
        return [alert for alert in self.alerts if alert["type"] == "raised"]


def take_healthy(profile: Profile, readings: int, *, seed: int = 11) -> Rows:
    """A healthy device's readings."""
    signal = SignalStream(f"real-{profile.name}", profile, seed=seed, start_ms=NOW - 10**7)
    taken = SimulatedDevice(signal, profile, iter(())).take(readings)
    return [list(row) for row in taken.values.tolist()]


def name_channel(profile: Profile, name: str) -> int:
    return profile.channel_names.index(name)


def profile_named(name: str) -> Profile:
    return load_profiles()[name]


def add_to(rows: Rows, column: int, offset: float) -> Rows:
    """*rows* with *offset* on each value of *column*."""
    return [
        [value + offset if value is not None and index == column else value
         for index, value in enumerate(row)]
        for row in rows
    ]  # fmt: skip


def replace_cells(rows: Rows, column: int, at: Sequence[int], value: float) -> Rows:
    """*rows* with *value* in *column* at the readings *at*."""
    changed = [list(row) for row in rows]
    for index in at:
        changed[index][column] = value
    return changed
