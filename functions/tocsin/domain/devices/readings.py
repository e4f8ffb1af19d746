"""A message with its scores and decisions, and the document it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import Habits
from tocsin.domain.behaviour.rhythm import Rhythm
from tocsin.domain.devices.not_scored import explain, explain_late
from tocsin.domain.devices.standing_document import write_briefly
from tocsin.domain.hot_records import dataclass
from tocsin.domain.judging.decisions import Decided, Standing
from tocsin.domain.messages.bad_values import Cell
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.models.bundle import BundleSpec
from tocsin.domain.states.follow import Apart
from tocsin.domain.states.rule import State

TTL_S = 30 * 24 * 3_600
# From the first to the last reading of a message. Few span more; they are marked, because whoever
# looks for what overlaps a range has to look further back for them.
LONG_MS = 20 * 60 * 1_000
SCORE_DECIMALS = 4
CONTRIBUTION_DECIMALS = 3
THRESHOLD_DECIMALS = 6
SENSOR_STATES = ("working", "missing", "stuck")  # by the program's number


@dataclass(frozen=True, slots=True)
class Scored:
    """A message and what the model said of its n readings of c channels.

    ``score``: n numbers, NaN where no window was full; ``shown`` the same for a document, rounded
    and None there. ``contributions``: float64 ``[c, n]``, rounded, 0 there. ``sensors``: int8
    ``[n, c]`` of SENSOR_STATES, 0 there; None where all work. Without a model, ``spec`` is None.
    ``chosen``: bool ``[n]``, the readings that decide; None where all do. ``states``: the operating
    state of each reading, empty where it runs throughout, or nobody knows. ``resting``: that of the
    last one, where it is left out for it.
    """

    message: Message
    spec: BundleSpec | None
    score: list[float]
    shown: list[float | None]
    contributions: NDArray[np.float64]
    sensors: NDArray[np.int8] | None
    chosen: NDArray[np.bool_] | None = None
    states: Sequence[State | None] = ()
    resting: State | None = None

    @property
    def model_version(self) -> str | None:
        return None if self.spec is None else self.spec.version

    def sensors_out(self) -> list[int] | None:
        """How many sensors are out at each reading; None where all work throughout."""
        return None if self.sensors is None else count_out(self.sensors)

    def set_apart(self, apart: Apart) -> Scored:
        """The same with its operating states, and without the scores that do not count in them."""
        judged = apart.judged if self.chosen is None else self.chosen & apart.judged
        kept = replace(
            self, states=apart.states, chosen=self.chosen if apart.judged.all() else judged
        )
        return kept.leave_out(apart.blank) if apart.blank.any() else kept

    def leave_out(self, blank: NDArray[np.bool_]) -> Scored:
        """Without what the model said of the readings in *blank*, bool ``[n]``."""
        left_out: list[bool] = blank.tolist()
        score = [nan if out else value for value, out in zip(self.score, left_out, strict=True)]
        sensors = None if self.sensors is None else np.where(blank[:, None], 0, self.sensors)
        return replace(
            self,
            score=score,
            shown=[None if out else v for v, out in zip(self.shown, left_out, strict=True)],
            contributions=np.where(blank, 0.0, self.contributions),
            sensors=None if sensors is None or not sensors.any() else sensors.astype(np.int8),
            resting=self.states[-1] if self.states and left_out[-1] else None,
        )

    def sensor_columns(self) -> dict[str, list[int]]:
        """The states of those sensors that do not work throughout, one number a reading."""
        if self.sensors is None:
            return {}
        columns = zip(self.message.profile.channel_names, self.sensors.T.tolist(), strict=True)
        return {name: states for name, states in columns if any(states)}

    def sensors_at(self, index: int) -> dict[str, str]:
        """The sensors that are out at one reading, by channel."""
        if self.sensors is None:
            return {}
        states = zip(self.message.profile.channel_names, self.sensors[index].tolist(), strict=True)
        return {name: SENSOR_STATES[state] for name, state in states if state}

    def bad_values_at(self, index: int) -> dict[str, Cell]:
        """What stood in place of a value at one reading, for the sensors that are out."""
        out, bad = self.sensors_at(index), self.message.bad
        stood = {name: bad[name].value_at(index) for name in out if name in bad}
        return {name: value for name, value in stood.items() if value is not None}

    def contributions_at(self, index: int) -> dict[str, float]:
        """For each channel its share of the score of one reading."""
        shares = self.contributions[:, index].tolist()
        return dict(zip(self.message.profile.channel_names, shares, strict=True))

    def newest_scored(self) -> int | None:
        """Index of the newest reading that has a score; None where none has."""
        scored = [index for index, value in enumerate(self.shown) if value is not None]
        return scored[-1] if scored else None

    def latest_values(self) -> dict[str, float | None]:
        """The last reading's value by channel, None where missing."""
        channels = self.message.channels
        return {
            name: channels[name][-1] if name in channels else None
            for name in self.message.profile.channel_names
        }


def spread_scores(
    messages: Sequence[Message],
    spec: BundleSpec | None,
    full: NDArray[np.bool_],
    *,
    score: NDArray[np.float32],
    contributions: NDArray[np.float32],
    sensors: NDArray[np.int8],
) -> list[Scored]:
    """Spread what a model said of the k *full* windows over the readings of *messages*.

    ``full`` ``[sum of n]`` with k true, ``score`` ``[k]``, ``contributions`` and ``sensors``
    ``[k, c]``. Messages of one profile. Rounded and listed at once: by message it takes far longer.
    """
    readings, channels = len(full), contributions.shape[1]
    every_score = np.full(readings, np.nan)
    every_score[full] = score
    scores: list[float] = every_score.tolist()
    shown: list[float | None] = every_score.round(SCORE_DECIMALS).tolist()
    if np.isnan(every_score).any():
        shown = [None if value != value else value for value in shown]  # noqa: PLR0124 (NaN)
    shares = np.zeros((channels, readings))
    shares[:, full] = contributions.T
    shares = shares.round(CONTRIBUTION_DECIMALS)
    states = np.zeros((readings, channels), dtype=np.int8)
    states[full] = sensors
    any_out = bool(states.any())
    found: list[Scored] = []
    start = 0
    for message in messages:
        end = start + len(message.times)
        of_message = states[start:end] if any_out and states[start:end].any() else None
        found.append(
            Scored(
                message,
                spec,
                scores[start:end],
                shown[start:end],
                shares[:, start:end],
                of_message,
            )
        )
        start = end
    return found


def _list_bad(message: Message) -> dict[str, Any]:
    """The field of the document that few have."""
    bad = {name: cells.to_document() for name, cells in message.bad.items()}
    return {"badValues": bad} if bad else {}


def _list_states(scored: Scored) -> dict[str, Any]:
    """From which reading on the device was in which state; left out where it ran throughout."""
    states = scored.states
    if not states or set(states) == {"running"}:
        return {}
    changes = [at for at in range(len(states)) if not at or states[at] != states[at - 1]]
    return {"states": [[at, states[at]] for at in changes]}


def count_out(sensors: NDArray[np.int8]) -> list[int]:
    """How many of *sensors* ``[n, c]`` are out at each reading."""
    out: list[int] = np.count_nonzero(sensors, axis=1).tolist()
    return out


@dataclass(frozen=True, slots=True)
class DecidedMessage:
    """A scored message and what was decided of it; without a model nothing was.

    standing, rhythm, habits: where its device stands after it, and how often it sends and how its
        sensors behave by then; None for a late message, which changes nothing.
    """

    scored: Scored
    decided: Decided | None
    standing: Standing | None = None
    rhythm: Rhythm | None = None
    habits: Habits | None = None

    @property
    def anomalous(self) -> list[bool]:
        decided = self.decided
        return [False] * len(self.scored.score) if decided is None else decided.anomalous

    def state_at(self, index: int) -> State | None:
        """The operating state of the device at one reading, None where nobody knows."""
        if self.scored.states:
            return self.scored.states[index]
        return None if self.decided is None else self.decided.standing.operating.state

    def threshold_at(self, index: int) -> float | None:
        """The threshold that was in force at one reading, None without a model."""
        if self.decided is None:
            return None
        return round(self.decided.thresholds[index], THRESHOLD_DECIMALS)

    def to_document(self) -> dict[str, Any]:
        """The ``readings`` document of the message (docs/formats.md).

        The id is a function of the message alone, so a message delivered twice is stored once.
        """
        scored = self.scored
        message = scored.message
        is_long = message.last_t - message.first_t > LONG_MS
        standing = self.standing
        epoch = message.epoch
        # Where time and number do not name it, the hub's time does; it comes with each delivery.
        apart = message.enqueued_at if message.contested else epoch
        return {
            "id": f"{message.first_t}-{message.seq}" + (f"-{apart}" if apart else ""),
            "deviceId": message.device_id,
            "siteId": message.site_id,
            "schema": 1,
            "profile": message.profile.name,
            "seq": message.seq,
            "t": message.times,
            "firstT": message.first_t,
            "lastT": message.last_t,
            **({"long": True} if is_long else {}),
            **({"epoch": epoch} if epoch else {}),
            **({"placing": message.placing} if message.placing else {}),
            **({"contested": True} if message.contested else {}),
            "channels": message.channels,
            "score": scored.shown,
            "threshold": self.threshold_at(-1),
            "anomalous": self.anomalous,
            "contributions": self._list_contributions(),
            "sensors": scored.sensor_columns(),
            **_list_states(scored),
            **_list_bad(message),
            "modelVersion": scored.model_version,
            "enqueuedAt": message.enqueued_at,
            **(
                {} if standing is None else {"standing": write_briefly(standing, message.device_id)}
            ),
            **(self._describe_late() if standing is None else self._describe_rhythm()),
            "ttl": TTL_S,
        }

    def _list_contributions(self) -> dict[str, list[float]]:
        """For each channel its share of the score where that is anomalous, 0 at other readings;
        nothing where none is: nobody asks which channels made up a score that says all is well."""
        odd, scored = self.anomalous, self.scored
        if not any(odd):
            return {}
        shares: list[list[float]] = np.where(odd, scored.contributions, 0.0).tolist()
        return dict(zip(scored.message.profile.channel_names, shares, strict=True))

    def _describe_late(self) -> dict[str, Any]:
        scored = self.scored
        why = explain_late(scored.spec, scored.shown[-1], scored.message, scored.resting)
        return {"late": True} | ({} if why is None else {"notScored": why.to_document()})

    def _describe_rhythm(self) -> dict[str, Any]:
        """What the record of its device takes from the document, where it is the newest one."""
        if self.rhythm is None:
            return {}
        scored = self.scored
        described: dict[str, Any] = {"rhythm": self.rhythm.to_document()}
        if self.habits is not None:
            described["habits"] = self.habits.to_document()
        why = explain(scored.spec, scored.shown[-1], self.rhythm, scored.message, scored.resting)
        # Where not every reading is scored, one without a score needs no reason; where none is, it
        # does.
        is_unfit = self.rhythm.judge(scored.message.profile) == "unfit"
        if why is not None and (scored.chosen is None or scored.resting is not None or is_unfit):
            described["notScored"] = why.to_document()
        return described
