"""What the sensors of a device make of its signal: steps, dead bands, and how long they rest.

A fleet's sensors are ``fine`` (as the signals are), ``coarse`` (values in steps), ``on-change`` (a
gateway goes on with the last value until it has changed by a dead band), or ``mixed``: half of the
devices fine, a quarter coarse, a quarter on change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_sim.seeds import number_of
from tocsin.domain.profile import Profile

Fitting: TypeAlias = Literal["fine", "coarse", "on-change", "mixed"]
FITTINGS: tuple[Fitting, ...] = ("fine", "coarse", "on-change", "mixed")
MIX: tuple[Fitting, ...] = ("fine", "coarse", "fine", "on-change")


@dataclass(frozen=True, slots=True)
class Sensor:
    """One channel's sensor.

    step: its values are multiples of it, in the channel's unit; 0 leaves them as they are.
    band: by how much the signal has to change before another value is shown; 0 for none.
    rests: readings for which it may show one value while all is well; None for hours, so that
        nobody could tell that it is stuck.
    """

    step: float = 0.0
    band: float = 0.0
    rests: int | None = 0

    @property
    def coarseness(self) -> float:
        """What it does not tell apart, in the channel's unit."""
        return max(self.step, self.band)


PLAIN = Sensor()

COARSE: Mapping[str, Mapping[str, Sensor]] = {
    "environment": {
        "temperature_c": Sensor(step=0.1, rests=30),
        "humidity_pct": Sensor(step=0.1),
        "battery_pct": Sensor(step=1.0, rests=None),
    },
    "motor": {
        "temperature_c": Sensor(step=0.1),
        "vibration_mm_s": Sensor(step=0.1, rests=20),
    },
    "pump": {
        "vibration1_g": Sensor(step=0.01, rests=None),
        "vibration2_g": Sensor(step=0.01, rests=None),
        "current_a": Sensor(step=0.1),
        "temperature_c": Sensor(step=0.1, rests=15),
        "thermocouple_c": Sensor(step=0.1, rests=None),
        "voltage_v": Sensor(step=1.0),
        "flow_lpm": Sensor(step=0.5, rests=25),
    },
    "thermal": {"temperature_c": Sensor(step=1.0, rests=50)},
    "workcell": {
        "cpu_pct": Sensor(step=1.0, rests=None),
        "energy_w": Sensor(step=5.0),
        "response_ms": Sensor(step=1.0),
        "temperature_c": Sensor(step=0.1, rests=25),
        "vibration_mm_s": Sensor(step=0.1, rests=30),
    },
}

ON_CHANGE: Mapping[str, Mapping[str, Sensor]] = {
    "environment": {
        "temperature_c": Sensor(band=0.1, rests=120),
        "humidity_pct": Sensor(band=0.5, rests=100),
        "battery_pct": Sensor(band=1.0, rests=None),
    },
    "motor": {
        "temperature_c": Sensor(band=0.2, rests=60),
        "vibration_mm_s": Sensor(band=0.1, rests=150),
    },
    "pump": {
        "vibration1_g": Sensor(band=0.002, rests=None),
        "vibration2_g": Sensor(band=0.002, rests=None),
        "current_a": Sensor(band=0.2, rests=25),
        "temperature_c": Sensor(band=0.2, rests=130),
        "thermocouple_c": Sensor(band=0.1, rests=None),
        "voltage_v": Sensor(band=5.0, rests=15),
        "flow_lpm": Sensor(band=0.5, rests=35),
    },
    "thermal": {"temperature_c": Sensor(band=1.0, rests=70)},
    "workcell": {
        "cpu_pct": Sensor(band=2.0, rests=None),
        "energy_w": Sensor(band=20.0, rests=None),
        "response_ms": Sensor(band=2.0, rests=50),
        "temperature_c": Sensor(band=0.2, rests=None),
        "vibration_mm_s": Sensor(band=0.1, rests=140),
    },
}


def fit_sensors(device: str, profile: Profile, fitting: Fitting) -> tuple[Sensor, ...]:
    """The sensors of *device*, in the order of the channels of *profile*."""
    if fitting == "mixed":
        fitting = MIX[number_of(device) % len(MIX)]
    kinds = {"coarse": COARSE, "on-change": ON_CHANGE}.get(fitting, {}).get(profile.name, {})
    return tuple(kinds.get(name, PLAIN) for name in profile.channel_names)
