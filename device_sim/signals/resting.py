"""A machine that is switched off at times: it runs down, cools, and starts again. And a room in
which nobody is at night: its heating is set back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from device_sim.seeds import number_of
from device_sim.signals.rota import Rota
from device_sim.signals.shapes import Floats, Times
from device_sim.signals.stream import Signal
from tocsin.domain.profile import Profile

# How much of its activity a machine reaches whose start stalls.
STALLED_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Rest:
    """What a channel shows of a machine that is off.

    ``level`` and ``noise`` in its unit; ``up`` and ``down``: the time constants, in readings, at
    which it comes from there and goes there. ``ramps``: it comes up at an even rate, all of the way
    in ``up`` readings, as under a heater that gives all it can. ``varies``: by which share of them
    devices differ in both. ``keeps``: the share of what is beyond ``level`` that goes on; ``shift``
    is added to it.
    """

    level: float
    noise: float
    up: float
    down: float
    ramps: bool = False
    varies: float = 0.0
    keeps: float = 0.0
    shift: float = 0.0

    def draw(self, rng: np.random.Generator) -> Rest:
        """That of a device."""
        factor = 1.0 + self.varies * rng.uniform(-1.0, 1.0)
        return replace(self, up=self.up * factor, down=self.down * factor)


RESTS: Mapping[str, Mapping[str, Rest]] = {
    "motor": {
        "temperature_c": Rest(23.0, 0.12, 1_100.0, 2_000.0),
        "vibration_mm_s": Rest(0.03, 0.008, 12.0, 8.0),
    },
    "pump": {
        "vibration1_g": Rest(0.0008, 0.0002, 4.0, 4.0),
        "vibration2_g": Rest(0.0010, 0.0003, 4.0, 4.0),
        "current_a": Rest(0.0, 0.004, 2.0, 1.0),
        "pressure_bar": Rest(0.0, 0.05, 3.0, 3.0),
        "temperature_c": Rest(24.0, 0.08, 1_500.0, 3_000.0),
        "flow_lpm": Rest(0.0, 0.05, 5.0, 4.0),
    },
    # An oven loses its heat at a rate of its own, and its heater takes over twenty minutes.
    "thermal": {"temperature_c": Rest(22.0, 0.15, 1_350.0, 2_500.0, ramps=True, varies=0.12)},
    # The robot stands still, and works through nothing; its controller goes on.
    "workcell": {
        "cpu_pct": Rest(9.0, 1.0, 10.0, 10.0),
        "energy_w": Rest(60.0, 3.0, 8.0, 4.0, keeps=0.05),
        "response_ms": Rest(24.0, 1.0, 10.0, 10.0),
        "temperature_c": Rest(23.0, 0.06, 900.0, 1_400.0, varies=0.2),
        "vibration_mm_s": Rest(0.02, 0.006, 6.0, 4.0),
    },
    # Nobody is there: the heating is set back by 3.5 °C, and cold air is relatively more humid.
    "environment": {
        "temperature_c": Rest(0.0, 0.0, 2_400.0, 9_000.0, keeps=1.0, shift=-3.5),
        "humidity_pct": Rest(0.0, 0.0, 2_400.0, 9_000.0, keeps=1.0, shift=5.0),
    },
}

# Where a device runs tasks, these go on at night.
OF_TASKS = frozenset({"cpu_pct", "response_ms"})


def is_switched_off(profile: str) -> bool:
    """Whether a rest is one of the device itself: a room sensor works at night as by day."""
    return any(rest.keeps < 1.0 for rest in RESTS[profile].values())


def find_longest_start(profile: str) -> float:
    """How many readings the slowest start of devices of *profile* takes, 0 without such that come
    up at an even rate: a time constant says nothing of when a start is over."""
    rests = [rest for rest in RESTS[profile].values() if rest.ramps]
    return max((rest.up * (1.0 + rest.varies) for rest in rests), default=0.0)


class RestingStream:
    """The readings of *signal* as far as *rota* has the machine at work; any cut gives the same."""

    def __init__(
        self,
        device: str,
        profile: Profile,
        signal: Signal,
        rota: Rota,
        *,
        seed: int,
        utc_offset_h: float = 0.0,
        stalls: Iterator[tuple[int, int]] | None = None,
        runs_tasks: bool = False,
    ) -> None:
        """*stalls*: from when until when (event times, ms) a start stalls, in order. *runs_tasks*:
        its tasks go on while it is off."""
        rests = {
            name: rest
            for name, rest in RESTS[profile.name].items()
            if not (runs_tasks and name in OF_TASKS)
        }
        by_channel = [rests.get(name) for name in profile.channel_names]
        self._signal = signal
        self._rota = rota
        self._offset_h = utc_offset_h
        self._columns = [index for index, rest in enumerate(by_channel) if rest is not None]
        drawing = np.random.default_rng([seed, number_of(device), number_of("rests")])
        self._rests = [rest.draw(drawing) for rest in by_channel if rest is not None]
        self._rng = np.random.default_rng([seed, number_of(device), number_of("rest")])
        self._shares: list[float] = []  # how far each channel has come from its rest
        self._stalls = iter(stalls or ())
        self._stall = next(self._stalls, None)

    def next_ms(self, n: int) -> int:
        """Event time of the last of the next *n* readings."""
        return self._signal.next_ms(n)

    def take(self, n: int) -> tuple[Times, Floats]:
        """The next *n* readings: event times [n] in ms and values [n, channels] in raw units."""
        t_ms, values = self._signal.take(n)
        if not n:
            return t_ms, values
        wanted = self._find_wanted(t_ms)
        noise = self._rng.standard_normal((n, len(self._rests)))
        values = values.copy()
        if not self._shares:
            # What it is at its first reading it has long been: nobody begins to listen as it stops.
            self._shares = [float(wanted[0])] * len(self._rests)
        for place, (column, rest) in enumerate(zip(self._columns, self._rests, strict=True)):
            share = _follow(wanted, self._shares[place], rest)
            self._shares[place] = float(share[-1])
            still = rest.level + (1.0 - share) * (rest.noise * noise[:, place] + rest.shift)
            goes_on = share + (1.0 - share) * rest.keeps
            values[:, column] = still + goes_on * (values[:, column] - rest.level)
        return t_ms, values

    def _find_wanted(self, t_ms: Times) -> Floats:
        """How active the machine is to be at each reading, 0 to 1."""
        wanted = self._rota.is_on(t_ms, self._offset_h).astype(np.float64)
        while self._stall is not None and self._stall[0] <= t_ms[-1]:
            begin, end = self._stall
            wanted[(t_ms >= begin) & (t_ms < end)] *= STALLED_SHARE
            if end > t_ms[-1]:
                break
            self._stall = next(self._stalls, None)
        return wanted


def _follow(wanted: Floats, before: float, rest: Rest) -> Floats:
    """How far a channel has come at each reading, in closed form for each stretch of *wanted*."""
    share = np.empty(len(wanted))
    starts = np.flatnonzero(np.diff(wanted, prepend=np.nan) != 0).tolist()
    for start, end in zip(starts, [*starts[1:], len(wanted)], strict=True):
        target = float(wanted[start])
        passed = np.arange(1, end - start + 1)
        if rest.ramps and target > before:
            share[start:end] = np.minimum(before + passed / rest.up, target)
        else:
            decay = np.exp(-passed / (rest.up if target > before else rest.down))
            share[start:end] = target + (before - target) * decay
        before = float(share[end - 1])
    return share
