"""Partition keys lie where the official SDK says they lie."""

from __future__ import annotations

import pytest
from azure.cosmos import PartitionKey
from hypothesis import given
from hypothesis import strategies as st

from local.standins.cosmos.errors import BadRequestError, NotImplementedHereError
from local.standins.cosmos.query.values import UNDEFINED, Value
from local.standins.cosmos.state.partition import Partitioning, key_text, parse_key

values = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=40),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0),  # no -0.0
    st.integers(-(2**52), 2**52),
    st.booleans(),
    st.none(),
)


@given(values)
def test_effective_keys_are_the_sdks(value: Value) -> None:
    ours = Partitioning({"paths": ["/a"], "version": 2}).effective_key(key_text([value]))
    assert ours == PartitionKey("/a")._get_effective_partition_key_string([value])


@given(values, values)
def test_hierarchical_effective_keys_are_the_sdks(first: Value, second: Value) -> None:
    definition = {"paths": ["/a", "/b"], "kind": "MultiHash", "version": 2}
    ours = Partitioning(definition).effective_key(key_text([first, second]))
    theirs = PartitionKey(["/a", "/b"])._get_effective_partition_key_string([first, second])
    assert ours == theirs


def test_a_documents_key_is_what_clients_send() -> None:
    nested = Partitioning({"paths": ['/a/"b c"']})
    assert nested.key_of({"a": {"b c": "x"}}) == parse_key('["x"]')
    assert nested.key_of({"a": {"b c": 1.0}}) == parse_key("[1]")
    assert nested.key_of({"a": 5}) == parse_key("[{}]") == key_text([UNDEFINED])
    assert nested.key_of({"a": {"b c": None}}) == parse_key("[null]")


@pytest.mark.parametrize(
    "definition",
    [
        None,
        {},
        {"paths": ["a"]},
        {"paths": ["/a/"]},
        {"paths": [5]},
        {"paths": ["/a", "/b"]},
        {"paths": ["/a", "/b", "/c", "/d"], "kind": "MultiHash"},
    ],
)
def test_a_malformed_definition_is_refused(definition: Value) -> None:
    with pytest.raises(BadRequestError):
        Partitioning(definition)


@pytest.mark.parametrize("more", [{"version": 1}, {"kind": "Range"}])
def test_what_is_lacking_is_named(more: dict[str, Value]) -> None:
    with pytest.raises(NotImplementedHereError):
        Partitioning({"paths": ["/a"], **more})


@pytest.mark.parametrize("header", ["d1", "{}", '[["a"]]', "["])
def test_a_malformed_key_is_refused(header: str) -> None:
    with pytest.raises(BadRequestError):
        parse_key(header)
