"""How often a device really sends, learned from its messages.

A model knows windows of its profile's period. A device that sends faster gives it a reading a
period and no more; one that sends in bursts shorter than a window gives it windows with a gap in
them, as long as half of their readings are there. One that sends more slowly is not scored: neither
holding its last value nor taking its readings for closer ones gives what the model knows
(docs/adr/0021-clocks-and-rhythms.md has the figures). A rhythm is believed only after some
messages, since any device may be held up once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.hot_records import dataclass
from tocsin.domain.profile import Profile
from tocsin.domain.stored import take_field, take_part

BELIEVED_AFTER = 8  # messages in a row of the same other period
LARGE, LARGE_TELLS = 8, 4  # a message of so many even readings tells as much as so many messages
ALIKE = 0.2  # periods that differ by a smaller share are the same
FASTEST, SLOWEST = 0.75, 2.5  # times the profile's period: windows are taken as they come
BURSTS = 16  # in a row, none of them as long as a window
MOST_A_PERIOD = 100  # readings that are kept to have one: bounds what a device takes of memory
FADES = 0.98  # of a long time between two messages, with each that comes sooner
SILENT_GAPS = 3  # as many usual gaps, or periods, without a word are a silence

Verdict = Literal["even", "fast", "bursts", "unfit"]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known of it. Times in ms.

    period: usual time between two readings, 0 until it is believed to be another than the
        profile's.
    other, told: the time between two readings lately, and by how many messages in a row.
    gap, longest: between two messages at the hub, the two longest of late, the longer last.
    stretch: readings since the last silence of half a window, up to a window of them.
    bursts: stretches in a row that were shorter than a window.
    """

    period: int = 0
    other: int = 0
    told: int = 0
    gap: int = 0
    longest: int = 0
    stretch: int = 0
    bursts: int = 0

    def judge(self, profile: Profile) -> Verdict:
        """What windows of *profile* can be had of the device."""
        if self.period:
            times = self.period / (profile.period_s * 1_000)
            if times > SLOWEST or times * MOST_A_PERIOD < 1:
                return "unfit"
            if times < FASTEST:
                return "fast"
        return "bursts" if self.bursts >= BURSTS else "even"

    def readings_a_period(self, profile: Profile) -> int:
        """How many readings it takes for one of the profile's."""
        if self.judge(profile) != "fast":
            return 1
        return round(profile.period_s * 1_000 / self.period) + 1

    def silent_after_ms(self, least_ms: float) -> float:
        """For how long nothing has to be heard of the device before that means something."""
        return max(least_ms, SILENT_GAPS * self.gap)

    def after(
        self, times: Sequence[int], t: NDArray[np.int64], last_t: int, gap_ms: int, profile: Profile
    ) -> Rhythm:
        """The rhythm once a message with readings at *times* has come, *gap_ms* after the one
        before; the newest reading before was at *last_t*, 0 for none."""
        n = len(times)
        # One step of each message, whichever it is: nothing is sorted on the hot path.
        step = times[n // 2] - times[n // 2 - 1] if n > 1 else times[0] - last_t if last_t else 0
        usual = self.period or round(profile.period_s * 1_000)
        silence = profile.longest_silence_ms
        if times[0] - last_t <= silence and times[-1] - times[0] <= silence:
            stretch = min(self.stretch + n, profile.window)
            cut = self._stretch(stretch, self.bursts if stretch < profile.window else 0)
        else:
            cut = self._cut(t, last_t, profile)
        return _space(_tell(cut, times, step, usual), gap_ms)

    def to_document(self) -> dict[str, Any]:
        """The part ``rhythm`` of a ``devices`` document."""
        return {
            "periodMs": self.period or None,
            "other": self.other,
            "told": self.told,
            "gapMs": self.gap,
            "longestMs": self.longest,
            "stretch": self.stretch,
            "bursts": self.bursts,
        }

    def _stretch(self, stretch: int, bursts: int) -> Rhythm:
        if (stretch, bursts) == (self.stretch, self.bursts):
            return self
        return replace(self, stretch=stretch, bursts=bursts)

    def _cut(self, t: NDArray[np.int64], last_t: int, profile: Profile) -> Rhythm:
        """With a silence before the message, or in it."""
        window = profile.window
        starts = np.flatnonzero(np.diff(t, prepend=last_t) > profile.longest_silence_ms)
        lengths = np.diff(np.concatenate(([0], starts, [len(t)])))
        lengths[0] += self.stretch
        ended = lengths[:-1]
        broken = np.flatnonzero((ended >= window) | (ended == 0))
        bursts = len(ended) - 1 - int(broken[-1]) if len(broken) else self.bursts + len(ended)
        stretch = int(min(lengths[-1], window))
        return self._stretch(stretch, 0 if stretch == window else min(bursts, BURSTS))


def begin_rhythm(profile: Profile) -> Rhythm:
    """That of a device never heard before: as its profile says."""
    period = round(profile.period_s * 1_000)
    return Rhythm(gap=period, longest=period)


def read_rhythm(document: Mapping[str, Any]) -> Rhythm:
    """That of a ``devices`` document. Raises DamagedDocumentError."""
    part = take_part(document, "rhythm")
    if part is None:
        return Rhythm()
    names = ("other", "told", "stretch", "bursts")
    return Rhythm(
        period=take_field(part, "periodMs", int, type(None)) or 0,
        gap=take_field(part, "gapMs", int),
        longest=take_field(part, "longestMs", int),
        **{name: take_field(part, name, int) for name in names},
    )


def _tell(rhythm: Rhythm, times: Sequence[int], step: int, usual: int) -> Rhythm:
    if step <= 0:
        return rhythm
    if _is_alike(step, usual):
        return rhythm if not rhythm.told else replace(rhythm, other=0, told=0)
    goes_on = rhythm.other > 0 and _is_alike(step, rhythm.other)
    told = (rhythm.told if goes_on else 0) + (LARGE_TELLS if _is_even(times, step) else 1)
    if told >= BELIEVED_AFTER:
        return replace(rhythm, period=step, other=0, told=0)
    return replace(rhythm, other=rhythm.other if goes_on else step, told=told)


def _is_alike(step: int, usual: int) -> bool:
    return abs(step - usual) <= ALIKE * usual


def _is_even(times: Sequence[int], step: int) -> bool:
    """Whether a message is large, and other readings in it are *step* apart, too."""
    n = len(times)
    return n >= LARGE and all(
        _is_alike(times[at] - times[at - 1], step) for at in (n // 4, 3 * n // 4)
    )


def _space(rhythm: Rhythm, gap_ms: int) -> Rhythm:
    """With the time since the message before. The second longest counts: once is no habit."""
    if gap_ms <= 0 or (rhythm.gap / 2 <= gap_ms <= rhythm.gap and rhythm.longest <= 4 * rhythm.gap):
        return rhythm
    gap, longest = rhythm.gap, rhythm.longest
    if gap_ms < gap or longest > 4 * gap:
        gap, longest = round(gap * FADES), round(longest * FADES)
    _, gap, longest = sorted((gap, longest, gap_ms))
    return replace(rhythm, gap=gap, longest=longest)
