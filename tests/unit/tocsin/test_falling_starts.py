"""Simulated motors and pumps: a start that falls back to rest is called, and no other is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from device_sim.signals.resting import RestingStream
from device_sim.signals.rota import Turns
from device_sim.signals.stream import SignalStream
from ml_model.paths import BUNDLES
from tocsin.domain.models.bundle import parse_bundle
from tocsin.domain.states.follow import Stream, find_telling, follow_states
from tocsin.domain.states.operating import UNTOLD
from tocsin.profiles import load_profiles

START = 1_795_000_000_000
TRIED = 8  # s
EFFORT = 0.4  # of what it shows at work


def list_fallen(name: str, seed: int, *, tries: bool) -> tuple[int, int]:
    """How often a device started in four hours, 20 minutes on and 10 off, and at how many readings
    it was called while it was off. *tries*: in each hour it tries once, in its second rest."""
    profile = load_profiles()[name]
    spec = parse_bundle((BUNDLES / name / "bundle.json").read_bytes(), profile)
    telling = find_telling(profile, spec.usual_values)
    assert telling is not None
    device = f"{name}-{seed}"
    signal = SignalStream(device, profile, seed=seed, start_ms=START)
    stream = RestingStream(device, profile, signal, Turns(20, 10), seed=seed)
    operating, starts, called, last_t = UNTOLD, 0, 0, None
    for _ in range(4):
        t, values = stream.take(3_600)
        if tries:
            rests = np.flatnonzero((t // 1_000) % 1_800 == 1_500)
            for at in rests[-1:]:
                at_work = values[at - 900 : at - 900 + TRIED]
                values[at : at + TRIED] += EFFORT * (at_work - values[at : at + TRIED])
        found = Stream(t.tolist(), values.astype(np.float32), [float("nan")] * len(t), (), last_t)
        operating, apart = follow_states(operating, telling, found)
        last_t = int(t[-1])
        if apart is not None:
            states = apart.states
            starts += sum(after == "starting" != before for before, after in pairwise(states))
            called += sum(states[at] == "off" for at in apart.called)
    return starts, called


@pytest.mark.parametrize(("name", "seed"), [("motor", 1), ("pump", 2)])
def test_a_start_that_falls_back_is_called_and_no_other(name: str, seed: int) -> None:
    starts, called = list_fallen(name, seed, tries=False)
    assert (starts, called) == (8, 0)
    starts, called = list_fallen(name, seed, tries=True)
    assert starts == 12
    assert called >= 4 * 3, "enough readings in a row of each to raise an alert"
