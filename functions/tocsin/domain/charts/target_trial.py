"""What another alert target would have made of the past of some devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

import numpy as np

from tocsin.domain.charts.cells import Cells
from tocsin.domain.charts.columns import SCORE
from tocsin.domain.charts.rollup import HOUR_MS
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.judging.decisions import Rule, Standing, decide

Whole = TypeVar("Whole")
Span = tuple[int, int]  # from when to when an alert was open (event time, ms)


@dataclass(frozen=True, slots=True)
class Tried:
    """Of ``there`` of them, how many were ``looked`` at."""

    looked: int
    there: int


@dataclass(frozen=True, slots=True)
class Judged:
    """How a device's scores are judged: those of ``model_version``, by ``rule``, whose threshold is
    multiplied by ``factor``."""

    rule: Rule
    factor: float
    model_version: str


@dataclass(frozen=True, slots=True)
class TargetTrial:
    """What a target would have called in the last ``days``.

    before, after: the threshold of the profile, now and then.
    devices: of the profile. alerts: that scores of these devices raised.
    kept, silenced: of the alerts, those that would have been called, and those that would not.
    unknown: those of which nobody can tell: their readings are gone, another model scored them, or
        today's threshold of the device would not have called them either.
    hours: in which a score passes the new threshold while an alert was not open all the time.
    further: how often it would have called in these beside the alerts that there were.
    """

    days: int
    before: float
    after: float
    devices: Tried
    alerts: Tried
    kept: int
    silenced: int
    unknown: int
    hours: Tried
    further: int


def describe_trial(trial: TargetTrial) -> str:
    """It in a sentence, as people ask for it."""
    of = f"Over the last {trial.days} days, of {_say(trial.devices, 'device')}:"
    if trial.after == trial.before:
        return f"{of} nothing would change, the threshold stays."
    if trial.after > trial.before:
        doubt = f"; of {trial.unknown} nobody can tell" if trial.unknown else ""
        return (
            f"{of} of {_say(trial.alerts, 'alert')} it would have called {trial.kept}, and "
            f"{trial.silenced} not{doubt}."
        )
    return (
        f"{of} it would have called all {trial.alerts.there} alerts, and {trial.further} more in "
        f"{_say(trial.hours, 'hour')} with a score above it."
    )


def _say(tried: Tried, noun: str) -> str:
    """How many there are; and of them those looked at, where these are fewer."""
    counted = f"{tried.looked} {noun}{'' if tried.looked == 1 else 's'}"
    return counted if tried.looked == tried.there else f"{counted} (looked at, of {tried.there})"


def spread_out(every: Sequence[Whole], most: int) -> list[Whole]:
    """*most* of them from all over, so that they stand for the rest; all where there are fewer."""
    count = min(len(every), most)
    return [every[place * len(every) // count] for place in range(count)]


def list_hot_hours(cells: Cells, threshold: float, alerts: Sequence[Span]) -> Sequence[int]:
    """When the hours begin (ms) in which a score passes *threshold*, without those that lie within
    one of *alerts*."""
    scores = cells.series.get(SCORE)
    if scores is None:
        return []
    # NaN, where nothing was scored, passes nothing.
    hours = np.unique(cells.t[scores.high > threshold] // HOUR_MS * HOUR_MS)
    return [
        start
        for start in hours.tolist()
        if not any(since <= start and start + HOUR_MS <= until for since, until in alerts)
    ]


def count_further(
    messages: Sequence[StoredMessage], judged: Judged, from_t: int, alerts: Sequence[Span]
) -> int:
    """How many alerts *judged* raises from *from_t* on (ms) that meet none of *alerts*.

    messages: some from before as well, so that what began there is not counted again.
    """
    every = {
        t: np.nan if score is None else score
        for message in messages
        if message.model_version == judged.model_version
        for t, score in zip(message.t, message.score, strict=True)
    }
    if not every:
        return 0
    times = sorted(every)
    scores = [every[t] for t in times]
    decided = decide(
        Standing(), judged.rule, times, scores, sensors_out=None, operator_factor=judged.factor
    )
    edges = [times[index] for index, _ in decided.changes]
    spans = zip_longest(edges[::2], edges[1::2], fillvalue=times[-1])
    return sum(
        since >= from_t and not any(begun <= until and since <= over for begun, over in alerts)
        for since, until in spans
    )
