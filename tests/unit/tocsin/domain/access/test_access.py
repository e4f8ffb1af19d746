"""Which sites a person may see and act on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.access.people import EVERY, Access, Rights, Sites, describe_access, parse_access
from tocsin.domain.access.principal import Principal
from tocsin.domain.errors import ForbiddenError, InvalidRequestError

EVE = Principal("Eve", frozenset({"operator"}), "eve-1")
SOUTH = Sites(frozenset({"south"}))
site_names = st.sampled_from(["north", "south", "Werk Süd/1", "*"])
grants = st.dictionaries(site_names, st.sampled_from(["see", "act"]), max_size=3)
contents = st.fixed_dictionaries(
    {
        "others": grants,
        "people": st.dictionaries(
            st.sampled_from(["eve-1", "ada-1"]),
            st.fixed_dictionaries({"name": st.text(max_size=3), "sites": grants}),
        ),
    }
)


def rights_of(content: dict[str, Any], principal: Principal = EVE) -> Rights:
    return parse_access(content).find_rights(principal)


def test_before_anything_is_set_everyone_is_everywhere() -> None:
    rights = rights_of({})
    assert rights.sees == rights.acts == EVERY
    rights.must_act_everywhere()


def test_who_is_named_may_what_is_said_and_nothing_else() -> None:
    rights = rights_of({"people": {"eve-1": {"sites": {"north": "see", "south": "act"}}}})
    rights.must_see("north")
    rights.must_see("south")
    rights.must_act("south")
    with pytest.raises(ForbiddenError):
        rights.must_see("west")
    for site in ("north", "west"):
        with pytest.raises(ForbiddenError):
            rights.must_act(site)
    with pytest.raises(ForbiddenError):
        rights.must_act_everywhere()


def test_who_is_not_named_is_one_of_the_others() -> None:
    content = {"others": {"south": "see"}, "people": {"ada-1": {"sites": {"*": "act"}}}}
    assert rights_of(content).sees == SOUTH
    assert rights_of(content, Principal("Eve", frozenset())).sees == SOUTH
    # A name proves nothing: it is the id that counts.
    assert rights_of(content, Principal("ada-1", frozenset())).sees == SOUTH


def test_a_star_stands_for_every_site() -> None:
    rights = rights_of({"people": {"eve-1": {"sites": {"*": "see", "south": "act"}}}})
    rights.must_see("anywhere")
    assert rights.acts == SOUTH


@given(contents)
def test_what_is_described_is_read_again(content: dict[str, Any]) -> None:
    access = parse_access(content)
    assert parse_access(describe_access(access)) == access


@given(contents, site_names)
def test_who_may_act_may_see(content: dict[str, Any], site: str) -> None:
    rights = rights_of(content)
    assert site in rights.sees or site not in rights.acts


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"others": {" north": "see"}}, "begins or ends with a space"),
        ({"people": {"": {}}}, "is no user id"),
        ({"people": {"x\n": {}}}, "is no user id"),
        ({"people": {"x" * 201: {}}}, "is no user id"),
        ({"people": {str(number): {} for number in range(1_001)}}, "1001 people are more"),
        (
            {"people": {"x": {"sites": {str(number): "see" for number in range(201)}}}},
            "people.x has 201 sites",
        ),
        ({"others": {"north": "own"}}, "others: .own. at north"),
    ],
)
def test_what_is_malformed_is_named(content: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        parse_access(content)


def test_the_default_is_that_of_an_empty_document() -> None:
    assert parse_access({}) == Access()
