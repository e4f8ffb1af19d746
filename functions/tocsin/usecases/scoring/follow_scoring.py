"""Say how far scoring has come, so that any instance can tell when a partition stands still."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from tocsin.domain.errors import DeliveryError
from tocsin.domain.insights.progress import Progress, shorten_refusals
from tocsin.domain.messages.telemetry import Envelope
from tocsin.usecases.ports.showing import ProgressLog

EVERY_MS = 10_000  # a write a partition: nothing beside those of its messages
WITHIN_S = 2.0

log = logging.getLogger(__name__)


class ScoringWatch:
    """What this process last said of each partition that it scores.

    list_refused: by profile why its active model bundle is not taken.
    """

    def __init__(
        self,
        progress: ProgressLog,
        *,
        list_refused: Callable[[], Mapping[str, str]],
        now_ms: Callable[[], int],
    ) -> None:
        self._progress = progress
        self._list_refused = list_refused
        self._now_ms = now_ms
        self._said: dict[str, Progress] = {}

    @asynccontextmanager
    async def follow(self, batch: Sequence[Envelope]) -> AsyncIterator[None]:
        """Say what becomes of *batch*, the messages of one partition, while it is scored inside.

        Says it at once when a partition comes to stand still or goes on, or a bundle is refused,
        and otherwise now and again. Raises what is raised inside, and nothing of its own.
        """
        try:
            yield
        except Exception as error:
            await self._say(batch, error)
            raise
        await self._say(batch, None)

    async def _say(self, batch: Sequence[Envelope], error: Exception | None) -> None:
        if not batch:
            return
        partition, now_ms = batch[0].partition, self._now_ms()
        said = self._said.get(partition)
        oldest = min(envelope.enqueued_at for envelope in batch)
        newest = max(envelope.sequence_number for envelope in batch)
        progress = Progress(
            partition=partition,
            at=now_ms,
            scored_to=newest if error is None else said.scored_to if said else None,
            behind_ms=max(0, now_ms - oldest),
            waiting_since=None if error is None else oldest,
            # The kind alone: a text may quote what a device sent, and anyone may read this.
            why=None if error is None else type(error).__name__,
            refused=shorten_refusals(self._list_refused()),
        )
        if said is not None and now_ms - said.at < EVERY_MS and _is_like(said, progress):
            return
        self._said[partition] = progress
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._progress.save_progress(progress)
        except (DeliveryError, TimeoutError) as away:
            log.warning("Nobody is told how far partition %s is: %s", partition, away)


def _is_like(said: Progress, progress: Progress) -> bool:
    stands_like = (said.waiting_since is None) == (progress.waiting_since is None)
    return stands_like and said.refused == progress.refused
