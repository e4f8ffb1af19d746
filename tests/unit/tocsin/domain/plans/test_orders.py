"""What twins say is read strictly: it comes from outside."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.domain.errors import InvalidProblemError
from tocsin.domain.plans.orders import (
    Order,
    OrderedTask,
    Refusal,
    Report,
    parse_order,
    parse_report,
)

ORDER = {"version": 7, "tasks": [{"id": "a", "loadPct": 12.5}, {"id": "b", "loadPct": 0}]}
REPORT = {"version": 7, "tasks": ["a", "b"], "at": 1_795_332_074_190}


def test_an_order_comes_out_as_it_went_in() -> None:
    order = Order(7, frozenset({OrderedTask("b", 0.0), OrderedTask("a", 12.5)}))
    assert order.to_document() == ORDER
    assert parse_order(ORDER) == Order.from_document(ORDER) == order
    assert parse_order(None) is None


def test_a_report_is_read_with_what_was_refused() -> None:
    assert parse_report(REPORT) == Report(7, frozenset({"a", "b"}), 1_795_332_074_190)
    refused = parse_report({**REPORT, "refused": {"version": None, "reason": "malformed"}})
    assert refused is not None
    assert refused.refused == Refusal(None, "malformed")
    assert parse_report(None) is None


@pytest.mark.parametrize("version", [1.5, -3, "7", True, 10**400])
def test_a_refused_order_may_have_had_any_version(version: object) -> None:
    """A device says what it was sent, by whomever: no reason to do without the device."""
    found = parse_report({**REPORT, "refused": {"version": version, "reason": "malformed"}})
    assert found is not None
    assert found.refused == Refusal(None, "malformed")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x", "desired.allocation must be an object"),
        ({**ORDER, "version": "7"}, "'7' must be a whole number"),
        ({**ORDER, "version": True}, "True must be a whole number"),
        ({**ORDER, "version": -1}, "-1 must be a whole number"),
        ({**ORDER, "version": 10**400}, "must be a whole number, 1 to"),
        ({**ORDER, "version": 10**9 + 1}, "must be a whole number, 1 to"),
        ({**ORDER, "tasks": [{"id": "a", "loadPct": 10**400}]}, "loadPct 1000"),
        ({**ORDER, "version": 0}, "0 must be a whole number, 1 to"),
        ({**ORDER, "why": "so"}, "has tasks, version and nothing else"),
        (
            {**ORDER, "tasks": [{"id": "a", "loadPct": 1, "x": 2}]},
            "has id, loadPct and nothing else",
        ),
        ({**ORDER, "tasks": [{"id": "a", "loadPct": n} for n in (1, 2)]}, "names a task twice"),
        ({"version": 7}, "tasks must be a list"),
        ({**ORDER, "tasks": ["a"]}, "must be an object"),
        ({**ORDER, "tasks": [{"id": "", "loadPct": 1}]}, "must be a text"),
        ({**ORDER, "tasks": [{"id": "a", "loadPct": -1}]}, "loadPct -1"),
        ({**ORDER, "tasks": [{"id": "a", "loadPct": float("nan")}]}, "loadPct nan"),
        ({**ORDER, "tasks": [{"id": "a", "loadPct": True}]}, "loadPct True"),
    ],
)
def test_a_malformed_order_is_refused_by_name(value: Any, said: str) -> None:  # noqa: ANN401
    with pytest.raises(InvalidProblemError, match=said):
        parse_order(value)


@pytest.mark.parametrize(
    "changes",
    [{"version": None}, {"tasks": "ab"}, {"tasks": [1]}, {"at": "now"}, {"refused": "no"},
     {"refused": {"version": 1}}],
)  # fmt: skip
def test_a_malformed_report_is_refused_by_name(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidProblemError, match=r"reported\.allocation"):
        parse_report({**REPORT, **changes})
