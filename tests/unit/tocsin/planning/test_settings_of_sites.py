"""What operators set for planning makes sense, or is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tocsin.domain.errors import InvalidProblemError
from tocsin.planning.inputs.optimiser import describe_optimiser, parse_optimiser
from tocsin.planning.inputs.overrides import parse_overrides
from tocsin.planning.inputs.tasks import MOST_TASKS, parse_tasks
from tocsin.planning.problem import Limits, Weights

BAD: list[tuple[Callable[[dict[str, Any]], object], dict[str, Any], str]] = [
    (parse_optimiser, {"pause": True}, "'pause' is unknown; use limits, pace, paused"),
    (parse_optimiser, {"paused": "yes"}, "paused must be true or false, not 'yes'"),
    (parse_optimiser, {"silentAfterS": 0}, "silentAfterS is 0, but must be at least 1"),
    (parse_optimiser, {"silentAfterS": 10**400}, "silentAfterS is 1000"),
    (parse_optimiser, {"silentAfterPeriods": 0.5}, "silentAfterPeriods is 0.5"),
    (
        parse_optimiser,
        {"silentAfterPeriods": 30, "silentAfterS": 30},
        "both set; take one away with null",
    ),
    (parse_optimiser, {"limits": {"maxMigrations": 10**400}}, "maxMigrations is 1000"),
    (parse_optimiser, {"limits": []}, "limits must be an object"),
    (parse_optimiser, {"limits": {"maxMigrations": 1.5}}, "must be a whole number"),
    (parse_optimiser, {"limits": {"maxMigrations": -1}}, "maxMigrations is -1"),
    (parse_optimiser, {"limits": {"minHealth": 2}}, "minHealth is 2"),
    (parse_optimiser, {"weights": {"energy": float("nan")}}, "energy is nan"),
    (parse_optimiser, {"weights": {"energy": True}}, "energy must be a number"),
    (parse_optimiser, {"weights": {"enrgy": 1}}, "'enrgy' is unknown"),
    (
        parse_optimiser,
        {"search": {"timeLimitS": 60}},
        "timeLimitS is 60, but must be .* at most 20",
    ),
    (parse_optimiser, {"search": {"gap": 0}}, "gap is 0"),
    (parse_overrides, {"pins": {"a": 1}}, r"overrides\.pins\.a: 1 is no name"),
    (parse_overrides, {"pins": {"": "cell-1"}}, "'' is no id"),
    (parse_overrides, {"drained": ["cell-1"]}, "drained must be an object"),
    (parse_overrides, {"drained": {"cell-1": 1}}, "must be true or false"),
    (parse_overrides, {"forbidden": {"a": "cell-1"}}, "must be an object"),
    (
        parse_overrides,
        {"pins": {"a": "cell-1"}, "forbidden": {"a": {"cell-1": True}}},
        "both pinned to and forbidden",
    ),
    (lambda tasks: parse_tasks(tasks, "north"), {"tasks": {"a": {}}}, "loadPct is missing"),
    (lambda tasks: parse_tasks(tasks, "north"), {"tasks": {"a": {"loadPct": -3}}}, "loadPct is -3"),
    (lambda tasks: parse_tasks(tasks, "north"), {"tasks": {"a": {"loadPct": 1e13}}}, "at most 1e"),
    (
        lambda tasks: parse_tasks(tasks, "north"),
        {"tasks": {"a b": {"loadPct": 3}}},
        "'a b' is no id",
    ),
    (
        lambda tasks: parse_tasks(tasks, "north"),
        {"tasks": {"a": {"loadPct": 3, "deadlineMs": 0}}},
        "deadlineMs is 0",
    ),
    (
        lambda tasks: parse_tasks(tasks, "north"),
        {"tasks": {"a": {"loadPct": 3, "load": 4}}},
        "task 'a': 'load' is unknown",
    ),
    (
        lambda tasks: parse_tasks(tasks, "north"),
        {"tasks": {f"t{n}": {"loadPct": 1} for n in range(MOST_TASKS + 1)}},
        "are more than",
    ),
]


@pytest.mark.parametrize(("parse", "document", "said"), BAD)
def test_bad_settings_are_refused_by_name(
    parse: Callable[[dict[str, Any]], object], document: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidProblemError, match=said):
        parse(document)


def test_what_is_shown_can_be_set() -> None:
    optimiser = parse_optimiser(
        {"paused": True, "limits": {"maxMigrations": 5}, "weights": {"spread": 2}}
    )
    assert (optimiser.limits, optimiser.weights) == (Limits(max_migrations=5), Weights(spread=2.0))
    assert parse_optimiser(describe_optimiser(optimiser)) == optimiser
