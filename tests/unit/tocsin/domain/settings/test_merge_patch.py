"""The examples of RFC 7396, and its laws."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.settings.merge_patch import merge

PLAIN = st.recursive(
    st.integers() | st.text(max_size=3) | st.booleans(),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(st.sampled_from("abc"), PLAIN, max_size=3)


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": 1}, {"a": 1}, {"e": 1, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_rfcs_examples(
    document: dict[str, Any], patch: dict[str, Any], result: dict[str, Any]
) -> None:
    assert merge(document, patch) == result


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_applied_twice_changes_nothing_more(
    document: dict[str, Any], patch: dict[str, Any]
) -> None:
    once = merge(document, patch)
    assert merge(once, patch) == once
    assert merge(document, {}) == document


def test_a_patch_cannot_be_nested_without_end() -> None:
    patch: dict[str, Any] = {}
    for _ in range(50):
        patch = {"a": patch}
    with pytest.raises(ValueError, match="nested deeper"):
        merge({}, patch)
