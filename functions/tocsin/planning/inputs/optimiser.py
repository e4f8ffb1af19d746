"""How a site is to be planned, as operators set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from tocsin.planning.inputs.fields import Fields
from tocsin.planning.problem import Limits, Weights
from tocsin.planning.solve_settings import SolveSettings

WEIGHTS = tuple(weight.name for weight in fields(Weights))
SEARCH = SolveSettings(time_limit_s=10.0)
LONGEST_S = 20.0  # a run keeps its site's lease for 30 s between two renewals


@dataclass(frozen=True, slots=True)
class Optimiser:
    """``paused``: nothing is changed. ``silent_after_s``: a device not heard for so long counts as
    failed; more than its devices take between two messages."""

    paused: bool = False
    silent_after_s: float = 30.0
    limits: Limits = field(default_factory=Limits)
    weights: Weights = field(default_factory=Weights)
    search: SolveSettings = SEARCH


def parse_optimiser(document: Mapping[str, Any]) -> Optimiser:
    """What is left out has its default. Raises InvalidProblemError naming the field."""
    top = Fields(document, "optimiser", ("paused", "silentAfterS", "limits", "weights", "search"))
    return Optimiser(
        paused=top.take_flag("paused"),
        silent_after_s=top.take_number(
            "silentAfterS", Optimiser().silent_after_s, low=1.0, high=86_400
        ),
        limits=_parse_limits(top.take_mapping("limits")),
        weights=_parse_weights(top.take_mapping("weights")),
        search=_parse_search(top.take_mapping("search")),
    )


def describe_optimiser(optimiser: Optimiser) -> dict[str, Any]:
    """The document that ``parse_optimiser`` would read, defaults included."""
    limits, search = optimiser.limits, optimiser.search
    return {
        "paused": optimiser.paused,
        "silentAfterS": optimiser.silent_after_s,
        "limits": {
            "maxMigrations": limits.max_migrations,
            "reserve": limits.reserve,
            "minHealth": limits.min_health,
        },
        "weights": asdict(optimiser.weights),
        "search": {"timeLimitS": search.time_limit_s, "gap": search.gap},
    }


def _parse_limits(value: Mapping[str, Any]) -> Limits:
    part = Fields(value, "optimiser.limits", ("maxMigrations", "reserve", "minHealth"))
    default = Limits()
    return Limits(
        max_migrations=part.take_whole_or_none("maxMigrations"),
        reserve=part.take_number("reserve", default.reserve, high=0.9),
        min_health=part.take_number("minHealth", default.min_health, high=1.0),
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
