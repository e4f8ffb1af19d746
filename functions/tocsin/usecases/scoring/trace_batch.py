"""Which messages of a batch are traced, and their spans when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from tocsin.domain.letters.dead_letters import DeadLetter
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.tracing.message_spans import find_scoring, is_asked_for, list_message_spans
from tocsin.domain.tracing.place import Place
from tocsin.domain.tracing.span import Attribute, Invocation, Span, Stopwatch
from tocsin.usecases.ports.tracing import Traces
from tocsin.usecases.scoring.decide_lanes import DecidedLane

# A device may ask for all of its messages, and send nothing but what cannot be used.
MOST_ASKED, MOST_LETTERS = 32, 4

Key = tuple[str, str, int]


class BatchTrace:
    """Follows one batch; where *traces* take nothing, neither does this.

    Traced are messages whose device asks for it or that are among the share, those that changed an
    alert, and some of those that became dead letters.
    """

    def __init__(
        self,
        envelopes: Sequence[Envelope],
        traces: Traces,
        invocation: Invocation,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._traces = traces
        self._invocation = invocation
        self._watch = Stopwatch(now_ns)
        self._size = len(envelopes)
        self._became: dict[Key, dict[str, Attribute]] = {}
        self._chosen: dict[Key, Envelope] = {}
        if traces.share > 0:
            asked = (each for each in envelopes if is_asked_for(each, traces.share))
            for envelope in islice(asked, MOST_ASKED):
                self._choose(envelope)

    def lap(self, name: str) -> None:
        """What was done since the last lap was *name*."""
        if self._traces.share > 0:
            self._watch.lap(name)

    def mark_alerts(self, lanes: list[DecidedLane]) -> list[DecidedLane]:
        """Trace the messages that change an alert: the alert says where its trace goes on."""
        if self._traces.share <= 0:
            return lanes
        return [self._mark(lane) if lane.alerts else lane for lane in lanes]

    def find_places(self) -> Mapping[str, Place]:
        """By device, where its newest traced message goes on when it is shown."""
        return {envelope.device_id: find_scoring(envelope) for envelope in self._chosen.values()}

    def end(self, letters: Sequence[DeadLetter]) -> None:
        """The batch is done, and *letters* are what of it could not be used: tell of it."""
        if self._traces.share <= 0:
            return
        self._watch.lap("put dead letters aside")
        for count, letter in enumerate(letters):
            if count < MOST_LETTERS or _key(letter.envelope) in self._chosen:
                self._choose(letter.envelope)["tocsin.dead_letter"] = letter.reason
        spans: list[Span] = []
        for key, envelope in self._chosen.items():
            became = {"tocsin.batch_messages": self._size, **self._became[key]}
            is_failed = "tocsin.dead_letter" in became
            spans += list_message_spans(
                envelope, self._watch, self._invocation, became=became, is_failed=is_failed
            )
        if spans:
            self._traces.record(spans)

    def _mark(self, lane: DecidedLane) -> DecidedLane:
        by_time = {
            t: decided.scored.message.envelope
            for decided in lane.on_time
            for t in decided.scored.message.times
        }
        alerts = []
        for alert in lane.alerts:
            envelope = by_time.get(alert.t)
            if envelope is not None:
                self._choose(envelope)["tocsin.alert"] = alert.change
                alert = replace(alert, trace=find_scoring(envelope))  # noqa: PLW2901 (marked)
            alerts.append(alert)
        return replace(lane, alerts=alerts)

    def _choose(self, envelope: Envelope) -> dict[str, Attribute]:
        key = _key(envelope)
        self._chosen.setdefault(key, envelope)
        return self._became.setdefault(key, {})


class _Nowhere:
    """Traces that nobody keeps."""

    @property
    def share(self) -> float:
        return 0.0

    def record(self, spans: Sequence[Span]) -> None:
        """Nothing is recorded where the share is 0."""


NOWHERE: Traces = _Nowhere()


def untraced() -> BatchTrace:
    """For a batch that nobody follows."""
    return BatchTrace((), NOWHERE, Invocation("", ""))


def _key(envelope: Envelope) -> Key:
    return envelope.device_id, envelope.partition, envelope.sequence_number
