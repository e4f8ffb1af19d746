"""Whatever is changed in a program, it is refused as an invalid bundle, or computes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.archives import archive_of, entries_of
from tests.fakes.bundles import Steps, exported
from tests.fakes.messages import RIG
from tests.fakes.models import spec_of
from tocsin.adapters.models.model_bundle import load_model
from tocsin.domain.errors import InvalidBundleError

CHANNELS = len(RIG.channels)
CONTENT: Final = exported(Steps, RIG.window, CHANNELS)
ENTRIES: Final = entries_of(CONTENT)
MODEL: Final = next(name for name in ENTRIES if name.endswith("models/model.json"))
WINDOWS = np.random.default_rng(5).normal(size=(3, RIG.window, CHANNELS)).astype(np.float32)
Place = tuple[Any, ...]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["as_tensor", "as_int", "as_ints", "as_float", "name", "arg", "kind"]),
        inner,
        max_size=2,
    ),
    max_leaves=6,
)  # fmt: skip


def list_places(value: object, place: Place = ()) -> Iterator[Place]:
    """Every place in a JSON document."""
    if place:
        yield place
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(
        value, list
    ) else ()  # fmt: skip
    for key, child in children:
        yield from list_places(child, (*place, key))


DOCUMENT: Final = json.loads(ENTRIES[MODEL])
PLACES: Final = list(list_places(DOCUMENT["graph_module"], ("graph_module",)))


def find(document: Any, place: Place) -> Any:  # noqa: ANN401 (whatever JSON holds)
    for key in place:
        document = document[key]
    return document


def try_program(content: bytes) -> None:
    """Load it and score with it; what is loaded answers in the right shapes or stops itself."""
    try:
        model = load_model(spec_of(RIG), content, RIG)
    except InvalidBundleError:
        return
    scores, contributions, sensors = model.score(WINDOWS[:2])
    assert scores.shape == (2,)
    assert contributions.shape == sensors.shape == (2, CHANNELS)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_another_value_anywhere_in_the_graph(place: Place, value: object) -> None:
    document = json.loads(ENTRIES[MODEL])
    find(document, place[:-1])[place[-1]] = value
    try_program(archive_of({**ENTRIES, MODEL: json.dumps(document).encode()}))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), st.sampled_from(PLACES))
def test_one_part_of_the_graph_in_the_place_of_another(place: Place, other: Place) -> None:
    document = json.loads(ENTRIES[MODEL])
    find(document, place[:-1])[place[-1]] = find(DOCUMENT, other)
    try_program(archive_of({**ENTRIES, MODEL: json.dumps(document).encode()}))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(CONTENT) - 1), st.binary(min_size=1, max_size=8))
def test_other_bytes_anywhere_in_the_archive(at: int, put: bytes) -> None:
    try_program(CONTENT[:at] + put + CONTENT[at + len(put) :])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ENTRIES)), st.binary(max_size=64))
def test_another_content_of_any_entry(name: str, content: bytes) -> None:
    try_program(archive_of({**ENTRIES, name: content}))
