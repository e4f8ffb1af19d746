"""Whatever is sent becomes what a route declares, or is refused in words: nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.errors import InvalidRequestError
from tocsin.triggers.api.inputs import Input, Nothing, parse_body, parse_query
from tocsin.triggers.api.setting_patches import OverridesPatch
from tocsin.triggers.http import ROUTES

LONGEST_TEXT = 600
QUERIES = sorted({route.query for route in ROUTES}, key=lambda kind: kind.__name__)
BODIES = sorted({route.body for route in ROUTES}, key=lambda kind: kind.__name__)
NAMES = sorted({name for kind in (*QUERIES, *BODIES) for name in kind.__struct_encode_fields__})

names = st.sampled_from(NAMES) | st.text(max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


def make_request(body: bytes) -> func.HttpRequest:
    return func.HttpRequest(
        method="POST",
        url="https://tocsin.example/api/x",
        headers={"content-type": "application/json"},
        body=body,
    )


def send(content: object) -> func.HttpRequest:
    return make_request(json.dumps(content).encode())


def try_parse(
    parse: Callable[[type[Input], func.HttpRequest], Input],
    kind: type[Input],
    asked: func.HttpRequest,
) -> Input | str:
    """What was taken, or why it was refused."""
    try:
        return parse(kind, asked)
    except InvalidRequestError as error:
        return str(error)


@given(st.sampled_from(BODIES), st.dictionaries(names, values, max_size=4))
def test_any_body_is_taken_whole_or_refused_in_words(
    kind: type[Input], content: dict[str, Any]
) -> None:
    found = try_parse(parse_body, kind, send(content))
    if isinstance(found, str):
        assert 0 < len(found) < LONGEST_TEXT
    elif kind is not Nothing:
        taken = msgspec.to_builtins(found)
        assert {name: taken[name] for name in content} == content


@given(st.sampled_from(QUERIES), st.dictionaries(names, st.text(), max_size=4))
def test_any_query_is_taken_or_refused_in_words(kind: type[Input], params: dict[str, str]) -> None:
    asked = func.HttpRequest(
        method="GET", url=f"https://tocsin.example/api/x?{urlencode(params, errors='replace')}",
        params=params, body=b"",
    )  # fmt: skip
    found = try_parse(parse_query, kind, asked)
    if isinstance(found, str):
        assert 0 < len(found) < LONGEST_TEXT
    else:
        assert params.keys() <= {*kind.__struct_encode_fields__}


def test_a_long_name_is_cut_in_the_answer() -> None:
    body = send({"drained": {"x" * 500_000: 1}})
    found = try_parse(parse_body, OverridesPatch, body)
    assert isinstance(found, str)
    assert found.startswith("drained.xxx")
    assert found.endswith(" must be true or false, not 1")
    assert len(found) < LONGEST_TEXT


@pytest.mark.parametrize("depth", [10, 500, 900, 950, 980, 10_000])
@pytest.mark.parametrize("kind", BODIES)
def test_a_deep_body_is_refused(kind: type[Input], depth: int) -> None:
    if not kind.__struct_fields__:
        return
    name = kind.__struct_encode_fields__[0]
    body = f'{{"{name}": {"[" * depth}{"]" * depth}}}'.encode()
    with pytest.raises(InvalidRequestError):
        parse_body(kind, make_request(body))


def test_many_keys_are_looked_through_once() -> None:
    content = {f"key-{number}": 1 for number in range(50_000)}
    with pytest.raises(InvalidRequestError, match="'key-0' is unknown"):
        parse_body(OverridesPatch, send(content))
