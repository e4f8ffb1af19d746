"""Which readings of a device its operating state keeps from being judged as usual.

- *off*: not scored. What the sensors of a machine at rest show says nothing of it. A start that
  falls back to rest without having come to work is called.
- *starting*, and until a window holds nothing else: not scored, but a start that takes too long or
  goes far beyond what starts have shown is called.
- *settling* after a start, and *idle* where that is a state of its own: judged by what is usual
  then.
- Readings at which a machine runs down, or may do so, decide nothing until it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.hot_records import dataclass
from tocsin.domain.profile import Profile
from tocsin.domain.states.activity import Levels, find_levels
from tocsin.domain.states.operating import FELL, SILENCE, Operating, Walk
from tocsin.domain.states.reach import Heights, find_heights
from tocsin.domain.states.rule import State, StateRule
from tocsin.domain.states.settling import STRETCHES, find_stretch


@dataclass(frozen=True, slots=True)
class Telling:
    """How states are told of devices of a profile: ``levels`` of its activity, None where its
    devices tell it themselves. ``period_ms``, ``window``: of the profile. ``heights``: what has to
    come up before a start is over, None for nothing."""

    rule: StateRule
    levels: Levels | None
    period_ms: float
    window: int
    heights: Heights | None = None

    @property
    def main(self) -> int | None:
        """The index of the channel that tells most of how a start goes, None for none."""
        told = self.heights if self.levels is None else self.levels
        return None if told is None else told.main

    @property
    def highest(self) -> float:
        """What nine of ten readings of that channel do not exceed at work, 0 if not known."""
        told = self.heights if self.levels is None else self.levels
        return 0.0 if told is None else told.highest


def find_telling(profile: Profile, usual: Mapping[str, tuple[float, float]]) -> Telling | None:
    """How states are told of devices of *profile*; None where they are not. *usual*: see
    ``find_levels`` and ``find_heights``."""
    if profile.states is None:
        return None
    levels = find_levels(profile, usual)
    if levels is None and profile.states.told_by is None:
        return None
    heights = find_heights(profile, usual)
    return Telling(profile.states, levels, profile.period_ms, profile.window, heights)


@dataclass(frozen=True, slots=True)
class Apart:
    """How n readings are judged apart.

    states: of each. blank: those that are not scored, bool ``[n]``. judged: those that decide
    something, bool ``[n]``. floors: what the threshold of each is at least. called: indices of
    those at which a start goes wrong. anew: of those with which the machine comes to rest, or
    before which it may have stood still.
    """

    states: tuple[State | None, ...]
    blank: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    floors: Sequence[float]
    called: frozenset[int]
    anew: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Stream:
    """n readings of one device: event times (ms), values ``[n, c]``, scores (NaN for none), and the
    states that it told, empty where it does not. ``last_t``: of the reading before, None for none.
    ``find_slack``: by how much its channels may have moved on from what they show, ``[c]``, or None
    for nothing; asked only of those that are not plainly at work.
    """

    times: Sequence[int]
    values: NDArray[np.float32]
    scores: Sequence[float]
    told: Sequence[State | None]
    last_t: int | None
    find_slack: Callable[[], NDArray[np.float64] | None] = lambda: None


def runs_on(operating: Operating, telling: Telling, stream: Stream) -> bool:
    """Whether the device runs throughout, as before, or was never told to do otherwise: nearly
    always, so it has to be cheap."""
    if telling.levels is None and not stream.told and operating.state is None:
        return True
    if not operating.is_plain or _has_paused(telling, stream.last_t, stream.times[0]):
        return False
    if telling.levels is not None:
        return telling.levels.is_at_work(stream.values)
    return stream.told.count("running") == len(stream.told)


def follow_states(
    operating: Operating, telling: Telling, stream: Stream
) -> tuple[Operating, Apart | None]:
    """The state after *stream*, and how its readings are judged apart; None where they are not."""
    if runs_on(operating, telling, stream):
        return operating, None
    return _Follower(operating, telling, stream).follow()


def _has_paused(telling: Telling, before: int | None, t: int) -> bool:
    return before is not None and t - before > SILENCE * telling.period_ms


class _Follower:
    def __init__(self, operating: Operating, telling: Telling, stream: Stream) -> None:
        self._telling = telling
        self._stream = stream
        self._walk = Walk(
            operating,
            period_ms=telling.period_ms,
            window=telling.window,
            has_idle=telling.rule.has_idle,
            is_slow=telling.heights is not None,
        )
        n = len(stream.times)
        self._blank = np.zeros(n, dtype=np.bool_)
        self._judged = np.ones(n, dtype=np.bool_)
        self._floors = [0.0] * n
        self._called: set[int] = set()
        self._anew: set[int] = set()

    def follow(self) -> tuple[Operating, Apart]:
        telling, stream, walk = self._telling, self._stream, self._walk
        levels = telling.levels
        kinds: list[int] = []
        if levels is not None:
            kinds = levels.sort_readings(stream.values, stream.find_slack()).tolist()
        mains = [] if telling.main is None else stream.values[:, telling.main].tolist()
        reached = [True] * len(stream.times)
        if telling.heights is not None:
            reached = telling.heights.find_reached(stream.values).tolist()
        states: list[State | None] = []
        before = stream.last_t
        for index, t in enumerate(stream.times):
            if _has_paused(telling, before, t):
                walk.begin_anew(t, reached=reached[index])
                self._anew.add(index)
            was_off = walk.now.state == "off"
            if levels is None:
                told = stream.told[index] if stream.told else None
                walk.step_told(t, told, reached=reached[index])
            else:
                walk.step(t, kinds[index], reached=reached[index])
            self._judge(index, t, mains[index] if mains else float("nan"))
            if walk.now.state == "off" and not was_off:
                self._anew.add(index)
            states.append(walk.now.state)
            before = t
        apart = Apart(
            tuple(states),
            self._blank,
            self._judged,
            self._floors,
            frozenset(self._called),
            frozenset(self._anew),
        )
        return walk.now, apart

    def _judge(self, index: int, t: int, main: float) -> None:
        walk = self._walk
        windows = walk.settle(t)
        state = walk.now.state
        if state == "off":
            self._leave_out(index)
            self._judge_fall(index, t)
        elif state == "starting" or walk.now.blind_to is not None:
            self._leave_out(index)
            self._judge_start(index, t, main)
        elif walk.now.left is not None or walk.now.low is not None:
            self._judged[index] = False
        elif state == "idle" and self._telling.rule.has_idle:
            self._judge_idle(index)
        elif windows is not None:
            self._judge_settling(index, windows)

    def _judge_start(self, index: int, t: int, main: float) -> None:
        now = self._walk.now
        if now.started is None:
            return
        takes_long = (
            now.state == "starting" and t - now.started > 1_000 * self._telling.rule.start_s
        )
        if takes_long or now.settling.overshoots(main, self._telling.highest):
            self._called.add(index)
            self._judged[index] = True
        elif not isnan(main):
            self._walk.note(now.settling.note_peak(main))

    def _judge_fall(self, index: int, t: int) -> None:
        fell = self._walk.now.fell
        if fell is not None and t - fell <= FELL * self._telling.period_ms:
            self._called.add(index)
            self._judged[index] = True

    def _judge_settling(self, index: int, windows: float) -> None:
        stretch = find_stretch(windows)
        if stretch is None:
            self._leave_out(index)
        elif stretch >= STRETCHES:
            self._walk.end_settling()
        else:
            settling, score = self._walk.now.settling, self._stream.scores[index]
            if self._judge_by(index, score, settling.find_floor(stretch)):
                self._walk.note(settling.note_score(stretch, score))

    def _judge_idle(self, index: int) -> None:
        settling, score = self._walk.now.settling, self._stream.scores[index]
        if self._judge_by(index, score, settling.find_idle_floor()):
            self._walk.note(settling.note_idle(score))

    def _judge_by(self, index: int, score: float, floor: float | None) -> bool:
        """Whether *score* tells what is usual: it is not odd, or nothing is known yet."""
        if floor is None:
            self._leave_out(index)
            return True
        self._floors[index] = floor
        return score <= floor

    def _leave_out(self, index: int) -> None:
        self._blank[index] = True
        self._judged[index] = False
