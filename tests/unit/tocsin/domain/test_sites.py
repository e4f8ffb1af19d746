"""Any site that people name is one site everywhere, and shares its names with no other."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tocsin.adapters.iothub import _write_query
from tocsin.domain.errors import InvalidSiteError
from tocsin.domain.plans.requests import Request, parse_request
from tocsin.domain.settings.site_settings import KINDS, Entry, StoredSetting, setting_id
from tocsin.domain.sites import (
    check_site_id,
    decode_site,
    encode_site,
    group_of,
    is_site_id,
    lease_of,
    list_sites,
)

ODD = ["..", ".", "...", "a..b", ".a", "a.", "Werk Süd/1", "a/b", "a/../b", "#", "?", "\\", "%",
       "%2F", "~2F", "~", "a:b", "site:a", "o'hare", '"', "<img src=x>", "é", "é", "🏭" * 64,
       "CON", "a+b", "a b", "A", "a"]  # fmt: skip
CHARACTERS = st.one_of(st.sampled_from(" ./\\#?%~:'\"<>&+-_aA1ü"), st.characters())
SITES = st.text(CHARACTERS, min_size=1, max_size=64).filter(is_site_id)
A_SITE = st.one_of(st.sampled_from(ODD), SITES)


def names_of(site_id: str) -> list[str]:
    """Everything outside that is named after a site."""
    settings = [StoredSetting(kind, site_id, Entry({}, "ada", NOW)) for kind in KINDS]
    return [
        group_of(site_id),
        lease_of(site_id),
        *(setting_id(kind, site_id) for kind in KINDS),
        *(str(setting.to_audit()["id"]) for setting in settings),
    ]


@pytest.mark.parametrize("site_id", ODD)
def test_what_people_write_is_a_site(site_id: str) -> None:
    assert check_site_id(site_id) == site_id


@pytest.mark.parametrize("site_id", ["north", "hall-a", "plant_2", "a.b", "unassigned"])
def test_a_plain_id_is_its_own_name(site_id: str) -> None:
    assert encode_site(site_id) == site_id


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "1 to 64 characters"),
        (None, "1 to 64 characters"),
        (7, "1 to 64 characters"),
        (["north"], "1 to 64 characters"),
        ("x" * 65, "65 characters; 64 are most"),
        ("x" * 60_000, "60000 characters"),
        ("a\nb", "cannot be printed"),
        ("\x00", "cannot be printed"),
        ("\ud800", "cannot be printed"),
        ("a\u200bb", "cannot be printed"),
        ("\u202egnp", "cannot be printed"),
        ("a\u00a0b", "cannot be printed"),
        (" north", "begins or ends with a space"),
        ("north ", "begins or ends with a space"),
        (" ", "begins or ends with a space"),
        ("$twin.tags.siteId", "a tag that is missing"),
    ],
)
def test_anything_else_is_none_and_says_why(value: object, said: str) -> None:
    with pytest.raises(InvalidSiteError, match=re.escape(said)):
        check_site_id(value)


@given(A_SITE)
def test_a_name_leads_back_to_its_site(site_id: str) -> None:
    assert decode_site(encode_site(site_id)) == site_id


@given(A_SITE, A_SITE)
def test_two_sites_share_no_name_of_anything(one: str, other: str) -> None:
    if one != other:
        assert not {*names_of(one)} & {*names_of(other)}


@given(A_SITE)
def test_a_name_is_safe_wherever_it_stands(site_id: str) -> None:
    encoded = encode_site(site_id)
    assert re.fullmatch(r"[A-Za-z0-9_~-]([A-Za-z0-9_.~-]*[A-Za-z0-9_~-])?", encoded)
    assert all(len(name) <= 1_000 for name in names_of(site_id)), "1 023 bytes is the most"


@given(A_SITE)
def test_a_request_comes_through_the_queue(site_id: str) -> None:
    request = Request(site_id, "timer", NOW)
    body = json.dumps(request.to_document()).encode()
    assert parse_request(body).site_id == site_id


@given(A_SITE)
def test_a_query_of_the_hub_asks_for_that_site_alone(site_id: str) -> None:
    literal = re.fullmatch(
        r"SELECT \* FROM devices WHERE tags\.siteId = '((?:[^'\\]|\\.)*)'", _write_query(site_id)
    )
    assert literal is not None
    assert re.sub(r"\\(.)", r"\1", literal[1]) == site_id


def test_sites_are_listed_once_in_order_and_those_without_last() -> None:
    found = ["west", "unassigned", "east", None, "west", "", "\ud800", "zoo"]
    assert list_sites(found) == ["east", "west", "zoo", "unassigned"]
