"""Whatever a device sends is read as the standard library reads it, and refused where that does."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tocsin.domain.messages.json_text import measure_json, parse_json

EXACT = st.none() | st.booleans() | st.integers() | st.text()


def nest(leaves: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.recursive(
        leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
    )


TEXTS = st.text('[]{}:,"\\/ntrufalseINnity0123456789eE+-. \n\ud800\x00', max_size=30)


@given(nest(EXACT | st.floats()), st.booleans())
def test_what_is_json_says_what_it_says_to_all(document: object, is_plain: bool) -> None:
    check_same(json.dumps(document, ensure_ascii=is_plain).encode("utf-8", "surrogatepass"))


@given(st.binary() | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"")
@example(b"\xef\xbb\xbf[1]")
@example(b"[1e400, -1e400, 1e-400]")
@example(b'{"a": 1, "a": 2}')
@example(b'["\\ud800"]')
@example(b"[1] 2")
@example(b"[012]")
@example(b"[123456789012345678901234567890]")
def test_what_may_be_none_is_taken_or_refused_as_by_all(body: bytes) -> None:
    check_same(body)


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_a_text(name: str) -> None:
    assert parse_json(f'{{"a": [1.5, {name}]}}'.encode()) == {"a": [1.5, name]}


def test_what_is_too_deep_is_refused() -> None:
    with pytest.raises(RecursionError):
        parse_json(b"[" * 100_000 + b"]" * 100_000)


@given(nest(EXACT))
def test_a_document_is_measured_as_it_is_written_without_blanks(document: object) -> None:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    assert measure_json(document) == len(text.encode())


def test_a_float_is_measured_whoever_made_it() -> None:
    assert measure_json([np.float64(0.25), -1.5, 1]) == len("[0.25,-1.5,1]")


def check_same(body: bytes) -> None:
    assert _try(parse_json, body) == _try(_read_as_all, body)


def _read_as_all(body: bytes) -> object:
    return json.JSONDecoder(parse_constant=str).decode(body.decode("utf-8"))


def _try(parse: Callable[[bytes], object], body: bytes) -> str:
    """As text: 1 and 1.0 and True are equal, 0.0 and -0.0 too, and NaN is not even to itself."""
    try:
        return repr(parse(body))
    except ValueError as error:
        return f"refused: {error}"
