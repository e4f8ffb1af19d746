"""The operating state of one device, stepped from reading to reading.

    off ──▶ starting ──▶ running ◀──▶ idle        and from each of them back to off

All durations are in periods of the profile and all times event times in ms, so a stream gives the
same states however it is cut into messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.states.activity import Kind
from tocsin.domain.states.rule import State
from tocsin.domain.states.settling import UNSETTLED, Settling
from tocsin.domain.stored import OPTIONAL_TEXT, OPTIONAL_WHOLE, take_field, take_part

HOLD = 2  # periods that a new state has to last before it is believed
STOP = 60  # periods that a machine may take to run down; longer, and it idles
FELL = 10  # periods for which a start that fell back to rest is called
SILENCE = 1_800  # periods without a reading after which a machine counts as started anew

# By field what it is called in a document.
_TIMES = {
    "since": "since",
    "left": "left",
    "low": "low",
    "high": "high",
    "started": "started",
    "blind_to": "blindTo",
    "rested": "rested",
    "fell": "fell",
}


@dataclass(frozen=True, slots=True)
class Operating:
    """What is known of it.

    state: None while none is known. since: when it began.
    left: since when it has been less active than at work, while it is not known what that means;
        low, high: since when as good as dead, and since when at work.
    started: when the start began that it is settling from; None once it has settled.
    blind_to: until then a window may hold readings of another state.
    rested: since when it was off, before the start that goes on.
    fell: when it fell back to rest from a start, by itself as far as anybody knows; None once it
        starts anew.
    """

    state: State | None = None
    since: int | None = None
    left: int | None = None
    low: int | None = None
    high: int | None = None
    started: int | None = None
    blind_to: int | None = None
    rested: int | None = None
    fell: int | None = None
    settling: Settling = UNSETTLED

    @property
    def is_plain(self) -> bool:
        """Whether it runs and has settled: nothing of it matters to how it is judged."""
        return (
            self.state == "running"
            and self.left is None
            and self.started is None
            and self.blind_to is None
        )

    def shift(self, ms: int) -> Operating:
        """The same once the clock was put back by -*ms*."""
        moved = {name: getattr(self, name) for name in _TIMES}
        return replace(self, **{name: t + ms for name, t in moved.items() if t is not None})

    def forget_scores(self) -> Operating:
        """Under another model."""
        return replace(self, settling=self.settling.forget_scores())

    def to_document(self) -> dict[str, Any] | None:
        """The part ``operating`` of a document; None while no state is known."""
        if self.state is None:
            return None
        return {
            "state": self.state,
            **{key: getattr(self, name) for name, key in _TIMES.items()},
            "settling": None if self.settling == UNSETTLED else self.settling.to_document(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Operating:
        """Raises DamagedDocumentError."""
        state = take_field(document, "state", *OPTIONAL_TEXT)
        if state not in {None, *get_args(State)}:
            raise DamagedDocumentError(
                f"the operating state of device {document.get('deviceId')!r} is {state!r}"
            )
        settling = take_part(document, "settling")
        return cls(
            state=state,
            **{name: take_field(document, key, *OPTIONAL_WHOLE) for name, key in _TIMES.items()},
            settling=UNSETTLED if settling is None else Settling.from_document(settling),
        )


UNTOLD = Operating()


class Walk:
    """One device's state on its way over some readings. ``period_ms``: of its profile; ``window``:
    how many readings one score takes; ``has_idle``: whether idling has scores of its own;
    ``is_slow``: whether something has to come up before a start is over, which each step then says
    by ``reached``."""

    def __init__(
        self,
        operating: Operating,
        *,
        period_ms: float,
        window: int,
        has_idle: bool,
        is_slow: bool = False,
    ) -> None:
        self.now = operating
        self._period_ms = period_ms
        self._window_ms = window * period_ms
        self._has_idle = has_idle
        self._is_slow = is_slow

    def begin_anew(self, t: int, *, reached: bool = True) -> None:
        """After a long silence: a machine at work may have stood still meanwhile."""
        if self.now.state in {"running", "idle"}:
            self._set(started=t, settling=self.now.settling.end_start())
            if not reached:
                self._start(t)

    def step(self, t: int, kind: int, *, reached: bool = True) -> None:
        """Over a reading at *t* of *kind*, as the activity shows it."""
        if kind == Kind.UNKNOWN:
            return
        state = self.now.state
        if state is None:
            first: tuple[State, ...] = ("off", "idle", "running", "running")
            self._set(state=first[kind], since=t)
            if kind != Kind.LOW and not reached:
                self._start(t)
        elif state == "off":
            if kind != Kind.LOW:
                self._start(t)
                self._step_starting(t, kind, reached=reached)
        elif state == "starting":
            self._step_starting(t, kind, reached=reached)
        else:
            self._step_working(t, kind)

    def step_told(self, t: int, told: State | None, *, reached: bool = True) -> None:
        """Over a reading at *t* whose device itself tells its state."""
        before = self.now.state
        if told in {"running", "idle"} and not self._is_up(t, reached=reached):
            told = "starting"
        if told is None or told == before:
            return
        if told == "off":
            self._stop(t, fell=self._falls_back(t, t))
        elif before == "off" or (before is None and told == "starting"):
            self._start(t)
            self._set(state=told)
        else:
            self._set(state=told, since=t)
            if before == "starting" and self._is_slow:
                self._set(started=t, high=None)
        if before is not None and told != "off":
            self._blind(t)

    def _is_up(self, t: int, *, reached: bool) -> bool:
        """Whether what has to come up before a start is over has done so. Once it has, what falls
        again is for the model to judge."""
        state = self.now.state
        if not self._is_slow or state in {"running", "idle"}:
            return True
        if state is None:
            return reached
        self._set(high=(self.now.high or t) if reached else None)
        return self.now.high is not None and self._has_held(self.now.high, t)

    def settle(self, t: int) -> float | None:
        """How many windows ago it started; None where it has settled. Ends what is over."""
        now = self.now
        if now.blind_to is not None and t >= now.blind_to:
            self._set(blind_to=None)
        return None if now.started is None else (t - now.started) / self._window_ms

    def end_settling(self) -> None:
        self._set(started=None, settling=self.now.settling.end_start())

    def note(self, settling: Settling) -> None:
        if settling is not self.now.settling:
            self._set(settling=settling)

    def _step_starting(self, t: int, kind: int, *, reached: bool) -> None:
        now = self.now
        low = (now.low or t) if kind == Kind.LOW else None
        high = (now.high or t) if kind == Kind.HIGH and reached else None
        self._set(low=low, high=high)
        if low is not None and self._has_held(low, t):
            self._stop(low, fell=self._falls_back(low, t))
        elif high is not None and self._has_held(high, t):
            # What takes long to come up settles from there on.
            started = high if self._is_slow else now.started
            self._set(
                state="running", since=high, started=started, low=None, high=None, rested=None
            )
            self._blind(t)
        elif kind == Kind.BETWEEN and self._has_idle and reached and self._is_over(now.started, t):
            # Where idling is usual, a start may end there.
            self._set(state="idle", since=t, rested=None)
            self._blind(t)

    def _step_working(self, t: int, kind: int) -> None:
        now = self.now
        if kind in {Kind.HIGH, Kind.PARTLY}:
            if now.left is not None or now.low is not None:
                self._set(left=None, low=None)
            if now.state == "idle":
                self._set(state="running", since=t)
                if self._has_idle:
                    self._blind(t)
            return
        left = now.left or t
        low = (now.low or t) if kind == Kind.LOW else None
        if low is not None and self._has_held(low, t):
            self._stop(low)
        elif now.state == "running" and self._is_over(left, t):
            self._set(state="idle", since=left, left=None, low=low)
            if self._has_idle:
                self._blind(t)
        else:
            self._set(left=left if now.state == "running" else None, low=low)

    def _start(self, t: int) -> None:
        rested = self.now.since if self.now.state == "off" else None
        self._set(
            state="starting", since=t, started=t, low=None, high=None, left=None, rested=rested,
            fell=None,
        )  # fmt: skip

    def _stop(self, t: int, *, fell: int | None = None) -> None:
        settling = self.now.settling.end_start()
        self.now = Operating("off", t, fell=fell, settling=settling)

    def _falls_back(self, low: int, t: int) -> int | None:
        """*t* where a start is over with it that never came to work, at rest since *low*.

        It has to follow a rest, or a machine that runs down and stirs once more would be called;
        and to last as long as a state does that is believed, or a single reading would be. What
        takes long to come up people may break off.
        """
        now = self.now
        if self._is_slow or now.state != "starting" or now.started is None or now.rested is None:
            return None
        has_rested = self._is_over(now.rested, now.started)
        has_held = low - now.started > HOLD * self._period_ms
        return t if has_rested and has_held else None

    def _blind(self, t: int) -> None:
        self._set(blind_to=t + round(self._window_ms))

    def _has_held(self, since: int, t: int) -> bool:
        return t - since >= HOLD * self._period_ms

    def _is_over(self, since: int | None, t: int) -> bool:
        """Whether what began then has taken longer than it takes a machine to run down or up."""
        return since is not None and t - since >= STOP * self._period_ms

    def _set(self, **changes: Any) -> None:  # noqa: ANN401 (fields of Operating)
        self.now = replace(self.now, **changes)
