"""Devices as they are, scored by the bundles of this repository, without a stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from device_sim.devices.sensing import SimulatedDevice
from device_sim.signals.stream import SignalStream
from ml_model.paths import BUNDLES
from tests.fakes.dead_letters import FakeDeadLetters
from tests.fakes.live import FakeLive
from tests.fakes.messages import NOW, reading_message
from tests.fakes.store import FakeStore
from tests.fakes.thresholds import FakeThresholds
from tocsin.adapters.model_bundle import TorchModel, load_model
from tocsin.domain.bundle import parse_bundle
from tocsin.domain.model_state import ModelState
from tocsin.domain.profile import Profile
from tocsin.profiles import load_profiles
from tocsin.usecases.device_memory import DeviceMemory
from tocsin.usecases.score_readings import score_readings
from tocsin.usecases.show_beside import LiveBeside

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
    """One device of a profile, and what became of its readings."""

    profile: Profile
    store: FakeStore = field(default_factory=FakeStore)

    async def send(self, rows: Rows) -> None:
        """Score *rows*, one reading a period, the last of them now."""
        period_ms = round(self.profile.period_s * 1_000)
        models, memory = ShippedModels(load_shipped(self.profile)), DeviceMemory()
        for seq, start in enumerate(range(0, len(rows), MESSAGE)):
            part = rows[start : start + MESSAGE]
            times = [
                NOW - (len(rows) - 1 - start - index) * period_ms for index in range(len(part))
            ]
            await score_readings(
                [reading_message(seq, times, part, profile=self.profile)],
                profiles={self.profile.name: self.profile},
                memory=memory,
                store=self.store,
                models=models,
                thresholds=FakeThresholds(),
                target_per_day=TARGET_PER_DAY,
                dead_letters=FakeDeadLetters(),
                live=LiveBeside(FakeLive()),
                now_ms=lambda: NOW,
            )

    @property
    def raised(self) -> list[dict[str, object]]:
        found = [alert for alert in self.store.all("alerts") if alert["type"] == "raised"]
        return sorted(found, key=lambda alert: int(alert["t"]))


def take_healthy(profile: Profile, readings: int, *, seed: int = 11) -> Rows:
    """A healthy device's readings."""
    signal = SignalStream(f"real-{profile.name}", profile, seed=seed, start_ms=NOW - 10**7)
    taken = SimulatedDevice(signal, profile, iter(())).take(readings)
    return [list(row) for row in taken.values.tolist()]


def name_channel(profile: Profile, name: str) -> int:
    return profile.channel_names.index(name)


def profile_named(name: str) -> Profile:
    return load_profiles()[name]


def replace_cells(rows: Rows, column: int, at: Sequence[int], value: float) -> Rows:
    """*rows* with *value* in *column* at the readings *at*."""
    changed = [list(row) for row in rows]
    for index in at:
        changed[index][column] = value
    return changed
