"""What an admin may say of false alerts, and whose target holds."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.domain.errors import InvalidRequestError
from tocsin.domain.judging.alert_targets import AlertTargets, parse_alert_targets


def test_the_usual_target_holds_where_none_is_set() -> None:
    targets = parse_alert_targets({"profiles": {"pump": 2}}, 0.5)
    assert targets == AlertTargets(0.5, {"pump": 2.0})
    assert (targets.of("pump"), targets.of("motor")) == (2.0, 0.5)
    assert parse_alert_targets({}, 0.5) == AlertTargets(0.5)


@pytest.mark.parametrize("target", [0.001, 1, 100])
def test_the_bounds_are_included(target: float) -> None:
    assert parse_alert_targets({"profiles": {"pump": target}}, 0.5).of("pump") == target


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"profiles": {"pump": 0}}, "profiles.pump must lie between 0.001 and 100"),
        ({"profiles": {"pump": 100.1}}, "not 100.1"),
        ({"profiles": {"pump": True}}, "not True"),
        ({"profiles": {"pump": float("nan")}}, "not nan"),
        ({"profiles": {"pump": "1"}}, "not '1'"),
        ({"profiles": {"": 1}}, "'' is no name of a profile"),
        ({"profiles": {"p" * 65: 1}}, "is no name of a profile"),
        ({"profiles": {f"p{n}": 1 for n in range(201)}}, "at most 200"),
        ({"profiles": [1]}, "an object"),
        ({"profile": {}}, "no other"),
    ],
)
def test_what_is_no_target_is_named(content: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_alert_targets(content, 0.5)
    assert said in str(caught.value)
