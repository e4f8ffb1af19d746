"""active.json is read the same by scoring, which must be told, and by those who may replace it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import RIG
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.active_bundle import Active, Named, parse_active, require_active
from tocsin.domain.models.signing import Signature

NOW, BEFORE = Named("2-b", "b" * 64), Named("1-a", "a" * 64)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["version", "bundle_sha256", "previous", "rolled_back"]), inner
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    "active",
    [
        Active(NOW),
        Active(NOW, previous=BEFORE),
        Active(NOW, rolled_back="3-c", activated_at=7),
        Active(NOW, signature=Signature("k", bytes(64))),
    ],
)
def test_what_is_written_is_read(active: Active) -> None:
    assert parse_active(active.to_bytes()) == active
    assert require_active(active.to_bytes(), RIG) == active


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"version": "2-b"}',
     b'{"version": 2, "bundle_sha256": "x"}', b'{"version": "../x/1", "bundle_sha256": "x"}'],
)  # fmt: skip
def test_a_file_that_names_no_version_is_refused_by_scoring_and_may_be_replaced(
    content: bytes,
) -> None:
    with pytest.raises(InvalidBundleError, match=r"rig/active.json is malformed"):
        require_active(content, RIG)
    assert parse_active(content) == Active(None)


def test_without_a_file_scoring_says_how_to_make_one() -> None:
    with pytest.raises(InvalidBundleError, match="'rig' has no active bundle; run"):
        require_active(None, RIG)


def test_what_was_active_before_outlives_a_version_that_makes_no_sense() -> None:
    content = {"version": 5, "previous": {"version": "1-a", "bundle_sha256": "a" * 64}}
    assert parse_active(json.dumps(content).encode()) == Active(None, previous=BEFORE)


@pytest.mark.parametrize("version", ["..", "a/b", "a\\b", "a\0", "\ud800", "", "x" * 101, "Ü"])
def test_a_version_is_the_name_of_one_folder(version: str) -> None:
    content = json.dumps({"version": version, "bundle_sha256": "a" * 64}).encode()
    assert parse_active(content) == Active(None)


def test_each_activation_is_later_than_the_one_before_it() -> None:
    first = Active(None).activate(BEFORE, now_ms=1_000)
    second = first.activate(NOW, now_ms=900)  # by a clock that is behind
    back = second.roll_back_to(BEFORE, now_ms=900)
    assert [first.activated_at, second.activated_at, back.activated_at] == [1_000, 1_001, 1_002]


@given(JSON)
def test_any_content_is_read_alike_by_both(content: object) -> None:
    raw = json.dumps(content).encode()
    try:
        strict = require_active(raw, RIG).now
    except InvalidBundleError:
        strict = None
    assert parse_active(raw).now == strict
