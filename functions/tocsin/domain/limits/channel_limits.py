"""The limits of one channel as people write them: in a profile, or for a site's devices."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.limits.bounds import LEVELS, SIDES, Bound, Level, Side
from tocsin.domain.limits.presets import PRESETS

USUAL_BACK = 0.05  # of a limit: how far a value has to come back where nothing is said
USUAL_DELAY = 3.0  # periods
LONGEST_DELAY = 10_000.0  # periods
# In the order of the fields: as a site's operators write them, and as a profile does.
NUMBERS = ("warningLow", "alarmLow", "warningHigh", "alarmHigh", "hysteresis", "delayPeriods")
IN_PROFILE = (
    "warning_low", "alarm_low", "warning_high", "alarm_high", "hysteresis", "delay_periods"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """What is set of a channel, in its unit; None where nothing is.

    preset: a name of PRESETS: from zone C on a warning, in zone D an alarm.
    hysteresis: how far a value has to come back; by default USUAL_BACK of each limit.
    delay_periods: for how many periods a value has to be beyond, or back.
    """

    warning_low: float | None = None
    alarm_low: float | None = None
    warning_high: float | None = None
    alarm_high: float | None = None
    hysteresis: float | None = None
    delay_periods: float | None = None
    preset: str | None = None

    def find_value(self, side: Side, level: Level) -> float | None:
        """The limit in force, None where there is none."""
        own: float | None = getattr(self, f"{level}_{side}")
        if own is not None or self.preset is None or side == "low":
            return own
        zones = PRESETS[self.preset]
        return zones.b_c if level == "warning" else zones.c_d

    def list_bounds(self, channel: str, index: int, unit: str) -> list[Bound]:
        delay = USUAL_DELAY if self.delay_periods is None else self.delay_periods
        bounds: list[Bound] = []
        for side in SIDES:
            for level in LEVELS:
                value = self.find_value(side, level)
                if value is not None:
                    back = abs(value) * USUAL_BACK if self.hysteresis is None else self.hysteresis
                    bounds.append(Bound(channel, index, side, level, value, back, delay, unit))
        return bounds

    def to_document(self) -> dict[str, Any]:
        """As operators write it, without what they left out."""
        numbers = (
            self.warning_low, self.alarm_low, self.warning_high, self.alarm_high, self.hysteresis,
            self.delay_periods,
        )  # fmt: skip
        every = {"preset": self.preset, **dict(zip(NUMBERS, numbers, strict=True))}
        return {name: value for name, value in every.items() if value is not None}


def parse_channel_limits(document: object, names: Sequence[str] = NUMBERS) -> ChannelLimits:
    """Read what people write of a channel, calling its numbers by *names*. Raises
    InvalidRequestError saying what is wrong with it."""
    if not isinstance(document, Mapping):
        raise InvalidRequestError(f"must be an object, not {document!r:.40}")
    unknown = sorted(document.keys() - {*names, "preset"})
    if unknown:
        raise InvalidRequestError(f"{unknown[0]!r:.40} is unknown; use preset, {', '.join(names)}")
    preset = document.get("preset")
    if preset is not None and (not isinstance(preset, str) or preset not in PRESETS):
        raise InvalidRequestError(f"preset is {preset!r:.40}, not one of {', '.join(PRESETS)}")
    low, lower, high, higher, back, delay = (_take_number(document, name) for name in names)
    limits = ChannelLimits(low, lower, high, higher, back, delay, preset)
    _check_numbers(limits)
    return limits


def check_fit(limits: ChannelLimits, *, unit: str, low: float, high: float) -> None:
    """Whether they fit a channel of *unit* whose sensor shows *low* to *high*. Raises
    InvalidRequestError."""
    if limits.preset is not None and PRESETS[limits.preset].unit != unit:
        wanted = PRESETS[limits.preset].unit
        raise InvalidRequestError(f"preset {limits.preset} is in {wanted}, the channel in {unit}")
    for bound in limits.list_bounds("", 0, unit):
        if not low < bound.value < high:
            raise InvalidRequestError(
                f"the {bound.side} {bound.level} at {bound.value:g} would never call: the sensor "
                f"shows {low:g} to {high:g}"
            )


def _take_number(document: Mapping[str, Any], name: str) -> float | None:
    value = document.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRequestError(f"{name} must be a number, not {value!r:.40}")
    # Compared first: a whole number may be too large for a float.
    if not -1e15 <= value <= 1e15 or not math.isfinite(value):
        raise InvalidRequestError(f"{name} is {value!r:.40}, which no sensor shows")
    return float(value)


def _check_numbers(limits: ChannelLimits) -> None:
    if limits.hysteresis is not None and limits.hysteresis < 0:
        raise InvalidRequestError(f"hysteresis is {limits.hysteresis:g}, but must be at least 0")
    delay = limits.delay_periods
    if delay is not None and not 0 <= delay <= LONGEST_DELAY:
        raise InvalidRequestError(f"delayPeriods is {delay:g}, but must be 0 to {LONGEST_DELAY:g}")
    in_order = (
        limits.find_value("low", "alarm"), limits.find_value("low", "warning"),
        limits.find_value("high", "warning"), limits.find_value("high", "alarm"),
    )  # fmt: skip
    values = [value for value in in_order if value is not None]
    if values != sorted(values):
        raise InvalidRequestError(
            "alarmLow, warningLow, warningHigh, alarmHigh must not fall in this order"
        )
    bounds = limits.list_bounds("", 0, "")
    lows = [each.value + each.back for each in bounds if each.side == "low"]
    highs = [each.value - each.back for each in bounds if each.side == "high"]
    if lows and highs and max(lows) >= min(highs):
        raise InvalidRequestError("no value is back from both sides: the hysteresis is too wide")
