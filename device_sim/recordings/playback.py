"""Playing a recording: its messages are sent as if its machine were running now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from device_sim.clock import Clock, now_ms
from device_sim.faults.kinds import Fault
from device_sim.hub.message import Composer
from device_sim.recordings.sources import Source
from device_sim.session.dispatch import Dispatch
from device_sim.session.truth import Truth


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast (None: as fast as acknowledged), how many readings a message, shifted to now?"""

    speed: float | None
    batch: int
    shift_to_now: bool


class Player:
    """Sends one recording."""

    def __init__(
        self, source: Source, pace: Pace, *, dispatch: Dispatch, truth: Truth, run_name: str
    ) -> None:
        self._source = source
        self._pace = pace
        self._dispatch = dispatch
        self._truth = truth
        names, states = source.profile.channel_names, source.profile.states
        told_by = None if states is None else states.told_by
        self._composer = Composer(
            source.device, source.profile.name, names, run_name, told_by=told_by
        )

    async def play(self, stop: asyncio.Event) -> None:
        """Send message by message, each when the time of its last reading has come."""
        recorded = self._source.recording
        clock = Clock(start_ms=recorded.t_ms[0], speed=self._pace.speed or 1.0)
        shift_ms = self._shift_ms()
        faults = find_faults(self._source, shift_ms)
        for begin in range(0, len(recorded.t_ms), self._pace.batch):
            part = slice(begin, begin + self._pace.batch)
            if self._pace.speed is not None:
                await clock.reach(recorded.t_ms[part][-1], stop)
            if stop.is_set():
                return
            times = [t_ms + shift_ms for t_ms in recorded.t_ms[part]]
            message = self._composer.compose(
                times, recorded.values[part], produced_at=now_ms(), told=recorded.told[part]
            )
            begun = [fault for fault in faults if fault.start_ms <= times[-1]]
            self._truth.observe(self._source.device, times[-1], begun)
            await self._dispatch.offer_when_free(message, stop)

    def _shift_ms(self) -> int:
        """What to add to recorded times. The last reading is then as old as its message, and none
        is ever in the future."""
        if not self._pace.shift_to_now:
            return 0
        first, last = self._source.recording.t_ms[0], self._source.recording.t_ms[-1]
        lasts_ms = 0.0 if self._pace.speed is None else (last - first) / self._pace.speed
        # Played slower than recorded, it is the first reading that is now.
        return now_ms() + round(min(lasts_ms, last - first)) - last


def find_faults(source: Source, shift_ms: int) -> list[Fault]:
    """The intervals that a recording's own labels mark, shifted, in order of their begin."""
    recorded = source.recording
    kinds = dict.fromkeys(kind for labels in recorded.labels for kind in labels)
    faults = [
        _build_fault(source, kind, begin + shift_ms, end + shift_ms)
        for kind in kinds
        for begin, end in _find_intervals(kind, recorded.t_ms, recorded.labels)
    ]
    return sorted(faults, key=lambda fault: fault.start_ms)


def _find_intervals(
    kind: str, t_ms: list[int], labels: list[tuple[str, ...]]
) -> list[tuple[int, int]]:
    """First time with the label and first time without it again, for each stretch with it."""
    found = []
    begin: int | None = None
    for t, carried in zip(t_ms, labels, strict=True):
        if kind in carried and begin is None:
            begin = t
        elif kind not in carried and begin is not None:
            found.append((begin, t))
            begin = None
    if begin is not None:
        found.append((begin, t_ms[-1] + 1))
    return found


def _build_fault(source: Source, kind: str, start_ms: int, end_ms: int) -> Fault:
    names = source.profile.channel_names
    return Fault(
        kind=kind,
        device=source.device,
        channels=names,
        start_ms=start_ms,
        end_ms=end_ms,
        magnitude=0.0,
        sizes=(0.0,) * len(names),
        seed=0,
    )
