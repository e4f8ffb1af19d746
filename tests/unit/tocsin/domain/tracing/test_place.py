from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.tracing.place import (
    Place,
    derive_place,
    find_origin,
    is_of_share,
    parse_place,
)

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
WRITTEN = f"00-{TRACE}-{SPAN}-01"


def test_a_place_is_read_as_it_was_written() -> None:
    assert parse_place(WRITTEN) == Place(TRACE, SPAN)
    assert parse_place(f"00-{TRACE}-{SPAN}-00") == Place(TRACE, SPAN, is_chosen=False)
    assert Place(TRACE, SPAN).to_text() == WRITTEN


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        WRITTEN + "0",
        WRITTEN.upper(),
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        WRITTEN.replace("4", "\uff14"),
    ],
)
def test_what_names_no_place_is_left_out(text: object) -> None:
    assert parse_place(text) is None


@given(st.text(max_size=60))
def test_no_text_of_a_device_breaks_anything(text: str) -> None:
    place = parse_place(text)
    assert place is None or place.to_text()[:-2] == text[:-2]


def test_the_older_name_of_the_property_counts_too() -> None:
    assert find_origin({"Diagnostic-Id": WRITTEN}) == Place(TRACE, SPAN)
    assert find_origin({"Diagnostic-Id": "x", "traceparent": WRITTEN}) == Place(TRACE, SPAN)
    assert find_origin({"siteId": "north"}) is None


def test_a_message_that_comes_again_has_the_same_place() -> None:
    first = derive_place("rig-1", "3", 7)
    assert derive_place("rig-1", "3", 7) == first
    others = [derive_place("rig-2", "3", 7), derive_place("rig-1", "4", 7)]
    assert len({first.trace_id, *(other.trace_id for other in others)}) == 3
    assert parse_place(first.to_text()) == first


def test_a_step_has_one_place_below_another() -> None:
    place = Place(TRACE, SPAN)
    assert place.go_on("score").trace_id == TRACE
    assert place.go_on("score") == place.go_on("score")
    assert len({place, place.go_on("score"), place.go_on("store")}) == 3


@given(st.integers(0, 10_000))
def test_all_are_of_the_whole_share_and_none_of_no_share(number: int) -> None:
    place = derive_place("rig-1", "0", number)
    assert is_of_share(place, 1)
    assert not is_of_share(place, 0)


def test_a_share_is_about_as_large_as_it_says() -> None:
    chosen = sum(is_of_share(derive_place("rig-1", "0", number), 0.1) for number in range(5_000))
    assert 400 < chosen < 600
