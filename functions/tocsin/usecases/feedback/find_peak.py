"""How high an alert's scores held up, from what is stored of them."""

from __future__ import annotations

import numpy as np

from tocsin.domain.alerts.alert import Alert
from tocsin.domain.calling.thresholds import sustain
from tocsin.usecases.feedback.known_device import KnownDevice
from tocsin.usecases.ports.operators import Feedback


async def find_peak(
    raised: Alert, until_t: int, known: KnownDevice, store: Feedback, *, most: int
) -> float | None:
    """The highest score that as many readings in a row as raise an alert all reached, until event
    time *until_t* (ms); None where its readings are gone, or not all are the active model's.

    most: how many messages are read.
    """
    t = raised.t
    messages = await store.scores(
        raised.device_id,
        from_t=t - round(known.profile.window * known.profile.period_s * 1_000),
        to_t=until_t,
        most=most,
    )
    raise_after = known.rule.hysteresis.raise_after
    every = {
        time: np.nan if score is None else score
        for message in messages
        if message.model_version == known.model_version
        for time, score in zip(message.t, message.score, strict=True)
        if time <= until_t
    }
    times = sorted(every)
    if t not in every:
        return None
    first = max(0, times.index(t) - raise_after + 1)
    held = sustain(np.array([every[time] for time in times[first:]]), raise_after)
    return float(held.max()) if np.isfinite(held).any() else None
