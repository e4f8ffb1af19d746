"""Scoring as the app is wired: for messages that arrive, and for those that are replayed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tocsin.domain.messages.telemetry import Envelope
from tocsin.services import Services
from tocsin.usecases.scoring.meter_batch import BatchMeter
from tocsin.usecases.scoring.score_readings import Outcome, score_readings
from tocsin.usecases.scoring.trace_batch import BatchTrace


def score_with(
    wired: Services, trace: BatchTrace | None = None, meter: BatchMeter | None = None
) -> Callable[[Sequence[Envelope]], Awaitable[Outcome]]:
    """The use case over *wired*; *trace* and *meter* follow the batch."""

    async def score(envelopes: Sequence[Envelope]) -> Outcome:
        return await score_readings(
            envelopes,
            profiles=wired.profiles,
            memory=wired.memory,
            store=wired.telemetry,
            models=wired.models,
            thresholds=wired.thresholds,
            targets=await wired.targets.current(),
            dead_letters=wired.dead_letters,
            live=wired.live_beside,
            now_ms=wired.now_ms,
            trace=trace,
            meter=meter,
        )

    return score
