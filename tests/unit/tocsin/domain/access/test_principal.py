from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.access.principal import (
    ADMIN,
    OPERATOR,
    SIGNED_IN,
    VIEWER,
    Principal,
    parse_principal,
)
from tocsin.domain.errors import ForbiddenError, UnauthenticatedError

ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
NAME = "name"
ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"


def header(*claims: tuple[object, object], **changes: object) -> str:
    document: dict[str, Any] = {
        "auth_typ": "aad",
        "name_typ": NAME,
        "role_typ": ROLE,
        "claims": [{"typ": kind, "val": value} for kind, value in claims],
        **changes,
    }
    return encoded(document)


def user(name: str, *roles: str, **changes: object) -> str:
    """The header of Static Web Apps."""
    document = {
        "identityProvider": "aad", "userId": f"id of {name}", "userDetails": name,
        "userRoles": [*roles], **changes,
    }  # fmt: skip
    return encoded(document)


def encoded(document: object) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


def test_name_and_roles_are_read_from_their_claims() -> None:
    found = parse_principal(header((NAME, "Ada"), (ROLE, VIEWER), ("roles", OPERATOR), ("x", "y")))
    assert found == Principal("Ada", frozenset({VIEWER, OPERATOR}))


def test_a_user_without_a_name_or_role_may_nothing() -> None:
    found = parse_principal(header())
    assert found == Principal("unnamed", frozenset())
    with pytest.raises(ForbiddenError, match="'viewer'"):
        found.must_be(VIEWER)


@pytest.mark.parametrize(
    ("has", "wanted", "may"),
    [
        (VIEWER, VIEWER, True),
        (OPERATOR, VIEWER, True),
        (OPERATOR, OPERATOR, True),
        (VIEWER, OPERATOR, False),
        (ADMIN, VIEWER, True),
        (ADMIN, OPERATOR, True),
        (ADMIN, ADMIN, True),
        (OPERATOR, ADMIN, False),
        (VIEWER, ADMIN, False),
        ("Viewer", VIEWER, False),
        ("authenticated", VIEWER, False),
        ("signed in", VIEWER, False),
        ("anyone", VIEWER, False),
        ("guest", SIGNED_IN, True),
    ],
)
def test_each_role_may_what_the_one_below_may_and_not_the_reverse(
    has: str, wanted: str, may: bool
) -> None:
    principal = Principal("Ada", frozenset({has}))
    with contextlib.nullcontext() if may else pytest.raises(ForbiddenError):
        principal.must_be(wanted)


@pytest.mark.parametrize(
    "malformed",
    [
        None,
        "",
        "not base64!",
        "päckchen",
        "e30",
        base64.b64encode(b"\xff\xfe\xfd").decode(),
        base64.b64encode(b"[" * 20_000).decode(),
        encoded([]),
        encoded({}),
        encoded(None),
        encoded({"claims": [], "name_typ": "n"}),
        user("Ada", "viewer", claims=[], name_typ="n", role_typ="r"),
        header(("name", "Ada"), userRoles=["viewer"]),
        user("Ada", userRoles="viewer"),
        user("Ada", userRoles={"viewer": 1}),
        user("Ada", userRoles=None),
        encoded({"userId": "1", "userDetails": "Ada"}),
        encoded({"claims": {"typ": "a"}, "name_typ": "n", "role_typ": "r"}),
        encoded({"claims": [1], "name_typ": "n", "role_typ": "r"}),
        encoded({"claims": [{"typ": "a"}], "name_typ": "n", "role_typ": "r"}),
    ],
)
def test_a_header_that_is_not_the_platforms_names_nobody(malformed: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        parse_principal(malformed)


def test_the_shape_of_static_web_apps_names_user_and_roles() -> None:
    found = parse_principal(user("Ada", "viewer", "authenticated", "anonymous"))
    assert found.name == "Ada"
    assert found.user_id == "id of Ada"
    assert found.roles == {"viewer", "authenticated", "anonymous"}


def test_a_user_is_known_by_what_stays_when_the_name_changes() -> None:
    other = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
    found = parse_principal(header((NAME, "Ada"), (other, "x"), (ID, "ada-1"), (ID, "ada-2")))
    assert found.user_id == "ada-1"
    assert parse_principal(header((NAME, "Ada"), ("sub", "s"), (other, "x"))).user_id == "x"
    assert parse_principal(header((NAME, "Ada"), (ID, ""))).user_id is None


def test_a_name_that_is_no_text_can_be_kept() -> None:
    parse_principal(header((NAME, "A\ud800a"))).name.encode()


def test_claims_of_odd_types_grant_nothing() -> None:
    found = parse_principal(header((ROLE, ["viewer"]), (ROLE, {"viewer": 1}), ([ROLE], "viewer")))
    assert VIEWER not in found.roles


@given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()))
def test_no_header_fails_in_another_way(text: str) -> None:
    with pytest.raises(UnauthenticatedError):
        parse_principal(text)
