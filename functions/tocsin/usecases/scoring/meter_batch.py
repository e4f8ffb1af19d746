"""What of a batch is measured when it is done: by site and profile, never by device."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.insights.metering import (
    ALERTS,
    BATCH_DURATION,
    BATCH_SIZE,
    DEAD_LETTERS,
    FAILED_BATCHES,
    LAG,
    MESSAGES,
    READINGS,
    Instrument,
    Labels,
    Measurement,
)
from tocsin.domain.letters.dead_letters import DeadLetter
from tocsin.domain.messages.telemetry import Envelope, Message
from tocsin.usecases.ports.metering import UNMETERED, Meter
from tocsin.usecases.scoring.decide_lanes import DecidedLane


class BatchMeter:
    """Follows one batch; where nobody keeps what is measured, neither does this.

    A batch that fails and comes again is measured once, when it is stored: only then ``end`` is
    called. That it failed is counted each time, by ``follow``.

    *now_ms*: our clock; *clock_s*: one that measures how long the batch takes.
    """

    def __init__(
        self,
        envelopes: Sequence[Envelope],
        meter: Meter,
        *,
        now_ms: Callable[[], int],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._envelopes = envelopes
        self._meter = meter
        self._now_ms = now_ms
        self._clock_s = clock_s
        self._began_s = clock_s()
        self._counts: Counter[tuple[Instrument, Labels]] = Counter()

    @contextmanager
    def follow(self) -> Iterator[None]:
        """Count it where the batch breaks off inside; raises what is raised there."""
        try:
            yield
        except Exception as error:
            # The kind alone: a text may quote what a device sent.
            labels = Labels(outcome=type(error).__name__)
            self._meter.record([Measurement(FAILED_BATCHES, 1, labels)])
            raise

    def add(self, lanes: Sequence[DecidedLane], letters: Sequence[DeadLetter]) -> None:
        """*lanes* were stored, but for the messages that became *letters*."""
        if not self._meter.is_on:
            return
        refused = {id(letter.envelope) for letter in letters}
        for lane in lanes:
            self._add_lane(lane, refused)

    def end(self, letters: Sequence[DeadLetter]) -> None:
        """The batch is done, and *letters* are what of it could not be used."""
        if not self._meter.is_on:
            return
        for letter in letters:
            labels = Labels(letter.envelope.site_id, outcome=letter.reason)
            self._counts[DEAD_LETTERS, labels] += 1
        found = [
            Measurement(instrument, count, labels)
            for (instrument, labels), count in self._counts.items()
        ]
        found.append(Measurement(BATCH_SIZE, len(self._envelopes)))
        found.append(Measurement(BATCH_DURATION, self._clock_s() - self._began_s))
        # 0: the hub did not say.
        stamps = [each.enqueued_at for each in self._envelopes if each.enqueued_at]
        if stamps:
            found.append(Measurement(LAG, max(0, self._now_ms() - min(stamps)) / 1_000))
        self._meter.record(found)

    def _add_lane(self, lane: DecidedLane, refused: set[int]) -> None:
        on_time = [part for part in lane.on_time if id(_find_envelope(part)) not in refused]
        late = [part for part in lane.late if id(_find_envelope(part)) not in refused]
        for part in (*on_time, *late):
            self._add_readings(part)
        # A message may have come apart: what of it was new, and what was late. It is on time then.
        new = {id(_find_envelope(part)): part.scored.message for part in on_time}
        old = {id(_find_envelope(part)): part.scored.message for part in late}
        self._add_messages([*new.values()], "on_time")
        self._add_messages([message for key, message in old.items() if key not in new], "late")
        self._add_messages(lane.known, "known")
        if new or not lane.on_time:
            for alert in lane.alerts:
                labels = Labels(alert.site_id, alert.profile, outcome=alert.change)
                self._counts[ALERTS, labels] += 1

    def _add_readings(self, part: DecidedMessage) -> None:
        message, shown = part.scored.message, part.scored.shown
        without = shown.count(None)
        for outcome, count in (("scored", len(shown) - without), ("not_scored", without)):
            if count:
                labels = Labels(message.site_id, message.profile.name, outcome=outcome)
                self._counts[READINGS, labels] += count

    def _add_messages(self, messages: Sequence[Message], outcome: str) -> None:
        for message in messages:
            labels = Labels(message.site_id, message.profile.name, outcome=outcome)
            self._counts[MESSAGES, labels] += 1


def unmetered() -> BatchMeter:
    """For a batch that nobody measures."""
    return BatchMeter((), UNMETERED, now_ms=lambda: 0)


def _find_envelope(part: DecidedMessage) -> Envelope:
    return part.scored.message.envelope
