"""What the databases answered is told apart from what they did not."""

from __future__ import annotations

import pytest

from local.supply.audit import (
    Answer,
    NoAnswerError,
    describe_answer,
    parse_npm_audit,
    parse_pip_audit,
)


def test_a_known_weakness_is_named_with_its_cure() -> None:
    answer = parse_pip_audit(
        {
            "dependencies": [
                {"name": "lamp", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["1.1"]}]},
                {"name": "pole", "version": "2", "vulns": [{"id": "X-2", "fix_versions": []}]},
                {"name": "wick", "version": "3", "vulns": []},
            ],
            "fixes": [],
        },
        asked=3,
    )
    assert answer.weak == ("lamp 1: X-1, mended in 1.1", "pole 2: X-2, mended in no release yet")
    assert answer.unanswered == 0


def test_what_was_skipped_is_not_clean() -> None:
    answer = parse_pip_audit(
        {
            "dependencies": [
                {"name": "lamp", "version": "1", "vulns": []},
                {"name": "pole", "skip_reason": "not found"},
            ]
        },
        asked=3,  # the third is missing in the answer
    )
    assert answer == Answer("Python", asked=3, unanswered=2, reason="not found")
    assert describe_answer(answer) == [
        "Python: no answer for 2 of 3 releases: nothing is known about them (not found)",
        "Python: no known weakness in 1 releases",
    ]


def test_no_answer_at_all_is_never_called_clean() -> None:
    lines = describe_answer(Answer("Node", asked=5, unanswered=5, reason="refused"))
    assert lines == ["Node: no answer for 5 of 5 releases: nothing is known about them (refused)"]


def test_npm_names_what_is_weak() -> None:
    answer = parse_npm_audit(
        {
            "vulnerabilities": {
                "pole": {"severity": "high", "range": "<2", "fixAvailable": {"name": "pole"}},
                "lamp": {"severity": "low", "range": "*", "fixAvailable": False},
            }
        },
        "Node, local",
        asked=9,
    )
    assert answer.weak == ("lamp *: low, no fix yet", "pole <2: high, a fix is there")
    assert parse_npm_audit({"vulnerabilities": {}}, "Node", 9) == Answer("Node", 9)


@pytest.mark.parametrize(
    "answer", [{}, {"message": "405 Method Not Allowed", "error": {}}, {"vulnerabilities": None}]
)
def test_a_refusal_is_no_answer(answer: dict[str, object]) -> None:
    with pytest.raises(NoAnswerError, match=r"405 Method Not Allowed|no answer"):
        parse_npm_audit(answer, "Node", asked=9)
    with pytest.raises(NoAnswerError, match="something else"):
        parse_pip_audit(answer, asked=9)
