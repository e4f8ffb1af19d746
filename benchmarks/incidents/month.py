"""A month of a site: faults, false alerts, flapping sensors, nightly maintenance, and a building
that is cut off. All of it is made up, with the rates that are stated here, from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from tocsin.domain.alerts.alert import Alert, Cause, silence_id

SEED: Final = 15
START_MS: Final = 1_796_083_200_000  # a Tuesday, 00:00 UTC
DAYS, DEVICES, FAULTS, BUILDINGS = 30, 200, 300, 5
SITE: Final = "north"
MINUTE_MS, DAY_MS = 60_000, 86_400_000
CHANNELS: Final = ("vibration_g", "current_a", "pressure_bar", "temperature_c", "flow_lpm")
FALSE_PER_DEVICE_DAY: Final = 0.5  # the target of the settings
# Most false alerts are over within the window of a model; some last.
FALSE_MEDIAN_S, FALSE_SPREAD = 25.0, 1.0
FAULT_MEDIAN_MIN, FAULT_SPREAD = 45.0, 1.0
LONGEST_FAULT_MS: Final = 20 * 60 * MINUTE_MS
REPEATS: Final = 0.5  # of the faults go below the threshold now and then
FOLLOWERS: Final = 0.1  # of the faults overload a device that was given their work
FLAPPING_SENSORS, FLAPPING_HOURS, FLAPPING_GAP_S = 5, 3.0, 75.0
CUT_OFF_MS: Final = 20 * MINUTE_MS
NIGHT_MS, NIGHT_LASTS_MS = 2 * 60 * MINUTE_MS, 2 * 60 * MINUTE_MS  # from 02:00 UTC
WORKED_ON: Final = 6  # devices that maintenance makes odd each night
MAINTAINED: Final = "hall-1"


@dataclass(frozen=True, slots=True)
class Fault:
    """What was really wrong: with which device, from when to when (ms)."""

    device_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Move:
    """Work that a plan took from one device to another at a time (ms)."""

    at: int
    source: str
    target: str


@dataclass
class Month:
    """Everything that happens, and what was wrong. ``cut_off``: ids of the devices."""

    alerts: list[Alert] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    cut_off: tuple[str, ...] = ()

    def add(
        self, device_id: str, start: int, end: int, *, channel: str = "", cause: Cause = "score"
    ) -> None:
        """One alert from *start* to *end* (ms), its score up to three times the threshold."""
        by_score = cause == "score"
        raised = Alert(
            change="raised",
            alert_id=silence_id(device_id, start) if cause == "silence" else f"{device_id}-{start}",
            device_id=device_id,
            site_id=SITE,
            profile="pump",
            t=start,
            score=18.0 if by_score else None,
            threshold=10.0 if by_score else None,
            cause=cause,
            contributions={channel: 1.0} if by_score else {},
            sensors={"flow_lpm": "missing"} if cause == "sensors" else {},
            model_version=None,
            enqueued_at=start,
        )
        cleared = replace(raised, change="cleared", t=end, cause=None, contributions={}, sensors={})
        self.alerts += [raised, cleared]


def building_of(device: int) -> str:
    return f"hall-{device % BUILDINGS + 1}"


def name_device(device: int) -> str:
    return f"pump-{device:03d}"


def is_in_maintenance(fault: Fault) -> bool:
    """Whether the fault begins and ends in one window: then nobody is to be called."""
    start = (fault.start - START_MS) % DAY_MS - NIGHT_MS
    end = start + fault.end - fault.start
    return (
        building_of(int(fault.device_id[-3:])) == MAINTAINED and 0 <= start < end < NIGHT_LASTS_MS
    )


def make_month(seed: int = SEED) -> Month:
    """The month, its alerts in the order in which they are stored."""
    rng = np.random.default_rng(seed)
    month = Month()
    _add_faults(month, rng)
    _add_false_alerts(month, rng)
    _add_flapping(month, rng)
    _add_nights(month, rng)
    _add_cut_off(month, rng)
    month.alerts.sort(key=lambda alert: (alert.t, alert.alert_id))
    return month


def _add_faults(month: Month, rng: np.random.Generator) -> None:
    """On devices in turn, so that what counts the noisiest is not decided by chance."""
    devices = np.concatenate([rng.permutation(DEVICES) for _ in range(2)])[:FAULTS]
    for device in devices:
        lasting = FAULT_MEDIAN_MIN * MINUTE_MS * rng.lognormal(0.0, FAULT_SPREAD)
        lasting_ms = round(min(max(lasting, 3 * MINUTE_MS), LONGEST_FAULT_MS))
        start = START_MS + round(rng.uniform(0, DAYS * DAY_MS - lasting_ms))
        fault = Fault(name_device(int(device)), start, start + lasting_ms)
        month.faults.append(fault)
        channel = CHANNELS[rng.integers(len(CHANNELS))]
        for begun, ended in _cut_fault(fault, rng):
            month.add(fault.device_id, begun, ended, channel=channel)
        if rng.random() < FOLLOWERS:
            _add_follower(month, fault, rng)


def _cut_fault(fault: Fault, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """The alerts of a fault: one, or several with minutes between them."""
    if rng.random() >= REPEATS:
        yield fault.start, fault.end
        return
    begun = fault.start
    while begun < fault.end:
        ended = min(begun + round(rng.uniform(3, 20) * MINUTE_MS), fault.end)
        yield begun, ended
        begun = ended + round(rng.uniform(1, 8) * MINUTE_MS)


def _add_follower(month: Month, fault: Fault, rng: np.random.Generator) -> None:
    target = name_device(int(rng.integers(DEVICES)))
    if target == fault.device_id or fault.end - fault.start < 10 * MINUTE_MS:
        return
    month.moves.append(Move(fault.start + MINUTE_MS, fault.device_id, target))
    start = fault.start + round(rng.uniform(2, 8) * MINUTE_MS)
    month.add(target, start, start + 5 * MINUTE_MS, channel="current_a")


def _add_false_alerts(month: Month, rng: np.random.Generator) -> None:
    for device in range(DEVICES):
        for _ in range(rng.poisson(FALSE_PER_DEVICE_DAY * DAYS)):
            lasting_ms = round(FALSE_MEDIAN_S * 1_000 * rng.lognormal(0.0, FALSE_SPREAD)) + 5_000
            start = START_MS + round(rng.uniform(0, DAYS * DAY_MS - lasting_ms))
            channel = CHANNELS[rng.integers(len(CHANNELS))]
            month.add(name_device(device), start, start + lasting_ms, channel=channel)


def _add_flapping(month: Month, rng: np.random.Generator) -> None:
    """Each sensor flaps on three days."""
    for device in rng.choice(DEVICES, FLAPPING_SENSORS, replace=False):
        for day in rng.choice(DAYS, 3, replace=False):
            at = START_MS + int(day) * DAY_MS + round(rng.uniform(6, 18) * 60 * MINUTE_MS)
            until = at + round(FLAPPING_HOURS * 60 * MINUTE_MS)
            while at < until:
                on_ms, off_ms = rng.exponential(FLAPPING_GAP_S * 1_000, 2)
                month.add(name_device(int(device)), at, at + round(on_ms) + 1_000, cause="sensors")
                at += round(on_ms + off_ms) + 2_000


def _add_nights(month: Month, rng: np.random.Generator) -> None:
    within = [n for n in range(DEVICES) if building_of(n) == MAINTAINED]
    for day in range(DAYS):
        for device in rng.choice(within, WORKED_ON, replace=False):
            start = START_MS + day * DAY_MS + NIGHT_MS + round(rng.uniform(5, 60) * MINUTE_MS)
            end = start + round(rng.uniform(5, 50) * MINUTE_MS)
            month.add(name_device(int(device)), start, end, channel="vibration_g")


def _add_cut_off(month: Month, rng: np.random.Generator) -> None:
    """Found within a minute of each other, as the watch finds them."""
    devices = [name_device(n) for n in range(DEVICES) if building_of(n) == "hall-3"]
    at = START_MS + 12 * DAY_MS + 10 * 60 * MINUTE_MS
    for device_id in devices:
        start = at + round(rng.uniform(0, 60_000))
        month.add(device_id, start, at + CUT_OFF_MS, cause="silence")
    month.cut_off = tuple(devices)
