"""Route templates of the Functions host."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.standins.functions_host.web.templates import RouteError, parse_route

GUID = "5874356b-b3c0-4b34-aa1d-684e61e70fde"


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("devices", "devices", {}),
        ("devices", "Devices/", {}),
        ("devices", "devices/1", None),
        ("devices/{id}", "devices/a-1", {"id": "a-1"}),
        ("devices/{id}", "devices", None),
        ("devices/{id}/readings", "devices/x/readings", {"id": "x"}),
        ("devices/{id}", "devices/a%2Fb", {"id": "a/b"}),
        ("n/{id:int}", "n/-12", {"id": "-12"}),
        ("n/{id:int}", "n/2147483648", None),
        ("n/{id:int}", "n/1.5", None),
        ("n/{id:long}", "n/2147483648", {"id": "2147483648"}),
        ("n/{id:guid}", f"n/{GUID}", {"id": GUID}),
        ("n/{id:guid}", "n/5874", None),
        ("n/{id:alpha}", "n/abc1", None),
        ("n/{id:bool}", "n/True", {"id": "True"}),
        ("n/{id:range(1,5)}", "n/6", None),
        ("n/{id:min(1):max(5)}", "n/5", {"id": "5"}),
        ("n/{id:length(2,3)}", "n/abcd", None),
        ("n/{id:minlength(2)}", "n/a", None),
        ("n/{id:maxlength(2)}", "n/ab", {"id": "ab"}),
        ("n/{id?}", "n", {}),
        ("n/{id:int?}", "n/x", None),
        ("n/{id=7}", "n", {"id": "7"}),
        ("tree/{*rest}", "tree/a/b%20c", {"rest": "a/b c"}),
        ("tree/{*rest}", "tree", {}),
        ("files/{name}.{ext}", "files/a.b.txt", {"name": "a", "ext": "b.txt"}),
        ("{*all}", "", {}),
        ("", "", {}),
    ],
)
def test_match(template: str, path: str, values: dict[str, str] | None) -> None:
    assert parse_route(template).match(path) == values


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_parameter_comes_back_as_it_was_encoded(text: str) -> None:
    path = f"devices/{quote(text, safe='')}/state"
    assert parse_route("devices/{id}/state").match(path) == {"id": text}


@given(st.text(), st.text())
def test_no_path_breaks_the_matcher(text: str, other: str) -> None:
    found = parse_route("a/{x:int}/{y?}").match(f"{text}/{other}")
    assert found is None or int(found["x"]) == int(other.strip("/").split("/")[0])


def test_more_exact_routes_come_first() -> None:
    templates = ["{*all}", "a/{x}", "a/{x:int}", "a/f-{x}", "a/b", "a/{*rest}"]
    ranked = sorted(map(parse_route, templates), key=lambda one: one.rank)
    assert [one.template for one in ranked] == [
        "a/b", "a/f-{x}", "a/{x:int}", "a/{x}", "a/{*rest}", "{*all}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("a/{x", "brace"),
        ("a/x}", "brace"),
        ("a/{x:odd}", "'odd' is not known"),
        ("a/{x:min(a)}", "whole numbers"),
        ("a/{x:range(1)}", "whole numbers"),
        ("{x}/{X}", "twice"),
        ("{*x}/a", "must come last"),
        ("{x?}/a", "must come last"),
    ],
)
def test_wrong_template_is_named(template: str, problem: str) -> None:
    with pytest.raises(RouteError, match=problem):
        parse_route(template)
