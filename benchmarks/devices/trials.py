"""The devices that are tried, with the simulator's own signals.

All but two send what is past, faster than it happened and in order, as a device does that was cut
off; so a day takes seconds. One sends what it kept the newest first. Only the clock that is put
right needs real time, since it is told by the hub's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from benchmarks.devices.trial import Batch, Fault, Times, Trial, Values, cut, harm
from device_sim.signals.resting import RestingStream
from device_sim.signals.rota import Turns
from device_sim.signals.stream import SignalStream
from tocsin.domain.profile import Profile

SEED = 23
SECOND, MINUTE, DAY = 1_000, 60_000, 86_400_000
AHEAD_MS = 240 * SECOND
LIVE = 12  # messages in real time after a clock was put right
VIBRATION_MM_S, HUMIDITY_PCT, GROSS_MM_S = 3.0, 20.0, 12.0


def make_trials(
    profiles: Mapping[str, Profile], now_ms: int, *, is_short: bool = False
) -> list[Trial]:
    """Every trial of devices that begin to send at *now_ms*; *is_short*: without the one that waits
    for minutes."""
    motor, environment = profiles["motor"], profiles["environment"]
    return [
        make_wrong_clock(motor, now_ms),
        make_slow("minute-motor", motor, now_ms, period_ms=MINUTE, size=240),
        make_slow("ten-second-motor", motor, now_ms, period_ms=10 * SECOND, size=720),
        make_bursts(motor, now_ms),
        make_sentinels(environment, now_ms),
        make_resting(motor, now_ms),
        make_limits(environment, now_ms),
        *([] if is_short else [make_backlog(motor, now_ms)]),
    ]


def make_wrong_clock(profile: Profile, now_ms: int) -> Trial:
    """Four minutes ahead, then put right while it runs; its fault comes after that."""
    before, live, after = 600, LIVE, 220
    device, n = "clock-motor", before + live + after
    _, values = _take(device, profile, now_ms, n)
    ahead = now_ms + AHEAD_MS - SECOND * np.arange(before)[::-1]
    right = now_ms + SECOND * np.arange(1, live + after + 1)
    t = np.concatenate((ahead, right))
    at = slice(before + live + 120, before + live + 140)
    fault = harm(t, values, profile, "vibration_mm_s", "score", at=at, by=VIBRATION_MM_S)
    end = before + live
    batches = [
        *cut(t[:before], values[:before], 100),
        *(Batch(t[at : at + 1], values[at : at + 1], 1.0) for at in range(before, end)),
        *cut(t[end:], values[end:], 20),
    ]
    reasons = frozenset({"warming-up", "no-window"})
    return Trial(device, profile, batches, fault, SECOND, reasons, ["its clock was put back by"])


def make_slow(device: str, profile: Profile, now_ms: int, *, period_ms: int, size: int) -> Trial:
    """A reading every *period_ms*, which the model of its kind does not know, *size* a message."""
    first, day = 24, DAY // period_ms
    n = first + day + 72
    slow = replace(profile, period_s=period_ms / 1_000)
    t, values = _take(device, slow, now_ms - n * period_ms, n)
    at = slice(n - 24, n - 12)
    fault = harm(t, values, profile, "vibration_mm_s", "limit", at=at, by=GROSS_MM_S)
    # Its pace is believed after some messages; until then nothing is learned.
    batches = [*cut(t[:first], values[:first], 8), *cut(t[first:], values[first:], size)]
    reasons = frozenset({"other-period"})
    return Trial(device, profile, batches, fault, period_ms, reasons, ["its own range so far"])


def make_bursts(profile: Profile, now_ms: int) -> Trial:
    """Twenty readings, then twenty seconds without one: no window is ever full."""
    device, length, bursts = "burst-motor", 20, 60
    n = 2 * length * bursts
    t, values = _take(device, profile, now_ms - n * SECOND, n)
    kept = np.arange(n) % (2 * length) < length
    t, values = t[kept], values[kept]
    at = slice(len(t) - 6 * length, len(t) - 4 * length)
    fault = harm(t, values, profile, "vibration_mm_s", "score", at=at, by=VIBRATION_MM_S)
    batches = cut(t, values, length)
    return Trial(device, profile, batches, fault, SECOND, frozenset({"bursts", "no-window"}))


def make_sentinels(profile: Profile, now_ms: int) -> Trial:
    """A sensor that answers with -127, 85 and 65535 now and then, where it has no value."""
    device, n = "sentinel-room", 800
    t, values = _take(device, profile, now_ms - n * SECOND, n)
    at = slice(n - 120, n - 90)
    fault = harm(t, values, profile, "humidity_pct", "score", at=at, by=HUMIDITY_PCT)
    columns = [profile.channel_names.index(name) for name in ("temperature_c", "humidity_pct")]
    values[7::40, columns[0]] = -127.0
    values[23::80, columns[0]] = 85.0
    values[15::60, columns[1]] = 65_535.0
    batches = cut(t, values, 50)
    reasons = frozenset({"warming-up", "no-window"})
    bad = frozenset({"temperature_c", "humidity_pct"})
    return Trial(device, profile, batches, fault, SECOND, reasons, bad=bad)


def make_resting(profile: Profile, now_ms: int) -> Trial:
    """Ten minutes on, five off, as in many short nights; its fault comes while it is on."""
    device, on, turn, turns = "resting-motor", 600, 900, 6
    start_ms = (now_ms // (turn * SECOND) - turns) * turn * SECOND
    n = turn * turns
    signal = RestingStream(
        device,
        profile,
        SignalStream(device, profile, seed=SEED, start_ms=start_ms),
        Turns(on / 60, (turn - on) / 60),
        seed=SEED,
    )
    t, values = signal.take(n)
    begun = turn * (turns - 1)
    at = slice(begun + 400, begun + 430)
    fault = harm(t, values, profile, "vibration_mm_s", "score", at=at, by=VIBRATION_MM_S)
    return Trial(device, profile, cut(t, values, 300), fault, SECOND, frozenset({"off"}))


def make_limits(profile: Profile, now_ms: int) -> Trial:
    """A room that gets too warm: past its warning, then its alarm, and back, each time with a stay
    within the hysteresis."""
    device, channel, n = "limit-room", "temperature_c", 700
    t, values = _take(device, profile, now_ms - n * SECOND, n)
    column = values[:, profile.channel_names.index(channel)]
    usual = float(column.max())
    warning, alarm, back = usual + 6.0, usual + 10.0, 1.0
    stays = (warning + 0.5, alarm + 0.5, alarm - 0.5, alarm - 2.0, warning - 0.5, warning + 0.5)
    begun = 400
    for number, level in enumerate(stays):
        at = slice(begun + 20 * number, begun + 20 * (number + 1))
        column[at] = level + 0.1 * (np.arange(20) % 3)
    end = begun + 20 * len(stays)
    fault = Fault(channel, "limit", int(t[begun]), int(t[end]))
    limits = {channel: {"warningHigh": warning, "alarmHigh": alarm, "hysteresis": back}}
    reasons = frozenset({"warming-up", "no-window"})
    return Trial(
        device, profile, cut(t, values, 50), fault, SECOND, reasons,
        limits=limits, levels=("warning", "alarm"),
    )  # fmt: skip


def make_backlog(profile: Profile, now_ms: int) -> Trial:
    """Cut off for five minutes, with a fault in them; what it kept comes after newer readings, the
    newest first."""
    device, before, cut_off, after, size = "backlog-motor", 400, 300, 200, 20
    n = before + cut_off + after
    t, values = _take(device, profile, now_ms - n * SECOND, n)
    at = slice(before + 140, before + 170)
    fault = harm(t, values, profile, "vibration_mm_s", "score", at=at, by=VIBRATION_MM_S)
    batches = cut(t, values, size)
    begun, end = before // size, (before + cut_off) // size
    ordered = [*batches[:begun], *batches[end:], *batches[begun:end][::-1]]
    # What of it is taken together is put in order, and has its windows: then no reading is "late".
    reasons = frozenset({"late", "warming-up", "no-window"})
    return Trial(device, profile, ordered, fault, SECOND, reasons, newest_t=int(t[-1]))


def _take(device: str, profile: Profile, start_ms: int, n: int) -> tuple[Times, Values]:
    return SignalStream(device, profile, seed=SEED, start_ms=start_ms).take(n)
