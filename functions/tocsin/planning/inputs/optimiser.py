"""How a site is to be planned, as operators set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import InvalidProblemError
from tocsin.planning.inputs.fields import Fields
from tocsin.planning.problem import Limits, Weights
from tocsin.planning.solve_settings import SolveSettings

WEIGHTS = tuple(weight.name for weight in fields(Weights))
SEARCH = SolveSettings(time_limit_s=10.0)
LONGEST_S = 20.0  # a run keeps its site's lease for 30 s between two renewals
# What is known of a device is up to 12 s and one message old, however fast it sends
# (usecases/scoring/score_readings.py).
LEAST_SILENT_MS = 25_000.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How much may move in how long, however good the reasons are.

    per_task_hour, per_device_hour, per_site_hour: moves of a task, tasks that a device is given,
        moves at the site, each within an hour.
    settle_periods: a task that has moved stays for so many periods of its device.
    quiet_periods: for so many periods of the site's slowest device nothing must have moved, or been
        in alert, before tasks that are in time move for watts or balance.
    """

    per_task_hour: int = 4
    per_device_hour: int = 30
    per_site_hour: int = 300
    settle_periods: float = 60.0
    quiet_periods: float = 600.0


LIMITS = Limits(max_migrations=60)
PACE = Pace()


@dataclass(frozen=True, slots=True)
class Optimiser:
    """``paused``: nothing is changed. ``shed``: tasks may go without where a device cannot carry
    all of its own. ``silent_after_periods``: a device not heard for so many of its own periods
    counts as failed. ``silent_after_s``: the same in seconds, as sites set it before periods
    counted; where there is one, it counts."""

    paused: bool = False
    shed: bool = False
    silent_after_periods: float = 30.0
    silent_after_s: float | None = None
    limits: Limits = LIMITS
    pace: Pace = PACE
    weights: Weights = field(default_factory=Weights)
    search: SolveSettings = SEARCH

    def measure_silence(self, device: DeviceRecord) -> float:
        """How long (ms) *device* may say nothing before it counts as failed."""
        if self.silent_after_s is not None:
            return self.silent_after_s * 1_000
        return max(device.work.measure_periods(self.silent_after_periods), LEAST_SILENT_MS)


def parse_optimiser(document: Mapping[str, Any]) -> Optimiser:
    """What is left out has its default. Raises InvalidProblemError naming the field."""
    top = Fields(
        document,
        "optimiser",
        (
            "paused", "shed", "silentAfterPeriods", "silentAfterS", "limits", "pace", "weights",
            "search",
        ),
    )  # fmt: skip
    periods, seconds = (
        top.take_number_or_none(name, low=1.0, high=86_400)
        for name in ("silentAfterPeriods", "silentAfterS")
    )
    if periods is not None and seconds is not None:
        raise InvalidProblemError(
            "optimiser: silentAfterPeriods and silentAfterS are both set; take one away with null"
        )
    return Optimiser(
        paused=top.take_flag("paused"),
        shed=top.take_flag("shed"),
        silent_after_periods=Optimiser().silent_after_periods if periods is None else periods,
        silent_after_s=seconds,
        limits=_parse_limits(top.take_mapping("limits")),
        pace=_parse_pace(top.take_mapping("pace")),
        weights=_parse_weights(top.take_mapping("weights")),
        search=_parse_search(top.take_mapping("search")),
    )


def describe_optimiser(optimiser: Optimiser) -> dict[str, Any]:
    """The document that ``parse_optimiser`` would read, defaults included."""
    limits, search, seconds = optimiser.limits, optimiser.search, optimiser.silent_after_s
    return {
        "paused": optimiser.paused,
        "shed": optimiser.shed,
        "silentAfterPeriods": optimiser.silent_after_periods if seconds is None else None,
        "silentAfterS": seconds,
        "limits": {
            "maxMigrations": limits.max_migrations,
            "reserve": limits.reserve,
            "minHealth": limits.min_health,
        },
        "pace": {
            "perTaskHour": optimiser.pace.per_task_hour,
            "perDeviceHour": optimiser.pace.per_device_hour,
            "perSiteHour": optimiser.pace.per_site_hour,
            "settlePeriods": optimiser.pace.settle_periods,
            "quietPeriods": optimiser.pace.quiet_periods,
        },
        "weights": asdict(optimiser.weights),
        "search": {"timeLimitS": search.time_limit_s, "gap": search.gap},
    }


def _parse_limits(value: Mapping[str, Any]) -> Limits:
    part = Fields(value, "optimiser.limits", ("maxMigrations", "reserve", "minHealth"))
    default, most = LIMITS, part.take_whole_or_none("maxMigrations")
    return Limits(
        max_migrations=default.max_migrations if most is None else most,
        reserve=part.take_number("reserve", default.reserve, high=0.9),
        min_health=part.take_number("minHealth", default.min_health, high=1.0),
    )


def _parse_pace(value: Mapping[str, Any]) -> Pace:
    names = ("perTaskHour", "perDeviceHour", "perSiteHour", "settlePeriods", "quietPeriods")
    part, default = Fields(value, "optimiser.pace", names), PACE

    def take_whole(name: str, otherwise: int) -> int:
        found = part.take_whole_or_none(name)
        return otherwise if found is None else found

    return Pace(
        per_task_hour=take_whole("perTaskHour", default.per_task_hour),
        per_device_hour=take_whole("perDeviceHour", default.per_device_hour),
        per_site_hour=take_whole("perSiteHour", default.per_site_hour),
        settle_periods=part.take_number("settlePeriods", default.settle_periods, high=86_400),
        quiet_periods=part.take_number("quietPeriods", default.quiet_periods, high=86_400),
    )


def _parse_weights(value: Mapping[str, Any]) -> Weights:
    part, default = Fields(value, "optimiser.weights", WEIGHTS), Weights()
    # A price beyond this would drown every other in the solver's rounding.
    return Weights(
        **{name: part.take_number(name, getattr(default, name), high=1e6) for name in WEIGHTS}
    )


def _parse_search(value: Mapping[str, Any]) -> SolveSettings:
    part, default = Fields(value, "optimiser.search", ("timeLimitS", "gap")), SEARCH
    return SolveSettings(
        time_limit_s=part.take_number("timeLimitS", default.time_limit_s, low=0.1, high=LONGEST_S),
        gap=part.take_number("gap", default.gap, low=1e-4, high=0.5),
    )
