"""However large a batch is, it is scored in slices, and comes out as if each were scored alone."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tests.fakes.messages import NOW, PERIOD_MS, RIG, envelope
from tests.fakes.models import FakeModel, FakeModels, spec_of
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.profile import Profile
from tocsin.domain.windows.window import History
from tocsin.usecases.scoring.place_stretches import Placed
from tocsin.usecases.scoring.score_batch import SLICE, score_batch

READINGS = 1_000  # as many as a message may have
FLOAT_BYTES = 4
# Windows as long as a real profile's: copied all at once they would outweigh everything else.
LONG = replace(RIG, window=64, channels=RIG.channels * 4)


class CountingModel(FakeModel):
    """Scores a window by its last reading; remembers how many windows each pass had."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(spec_of(profile))
        self.sizes: list[int] = []

    def score(
        self, windows: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]:
        self.sizes.append(len(windows))
        last = windows[:, -1]
        return last[:, 0].copy(), np.zeros_like(last), np.zeros(last.shape, dtype=np.int8)


def place(device: int, readings: int, profile: Profile) -> Placed:
    """A message of *readings* whose values are its own readings' numbers."""
    t = NOW + np.arange(readings, dtype=np.int64) * PERIOD_MS
    numbers = device * readings + np.arange(readings, dtype=np.float32)
    message = Message(
        envelope=envelope(b"", device_id=f"rig-{device}"),
        profile=profile,
        seq=0,
        times=t.tolist(),
        t=t,
        values=np.repeat(numbers[:, np.newaxis], len(profile.channels), axis=1),
        channels={},
    )
    return Placed(message, History.empty(profile), late=False)


async def test_a_batch_of_the_largest_messages_is_scored_in_slices_in_its_order() -> None:
    model = CountingModel(RIG)
    placed = [place(device, READINGS, RIG) for device in range(10)]
    results = await score_batch(placed, FakeModels(model), {})
    full = READINGS - RIG.window + 1
    assert model.sizes == [SLICE, SLICE, 10 * full - 2 * SLICE]
    for device, scored in enumerate(results):
        assert scored is not None
        expected = device * READINGS + np.arange(READINGS - full, READINGS)
        assert scored.score[-full:] == [float(number) for number in expected]
        assert np.isnan(scored.score[:-full]).all()


async def test_the_windows_of_a_large_batch_are_never_in_memory_together() -> None:
    placed = [place(device, READINGS, LONG) for device in range(64)]
    together = 64 * READINGS * LONG.window * len(LONG.channels) * FLOAT_BYTES
    tracemalloc.start()
    try:
        await score_batch(placed, FakeModels(CountingModel(LONG)), {})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < together / 2
