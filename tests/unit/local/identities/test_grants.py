"""Grants and roles of a run without keys, against what a deployment has."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.identities.access import Access, ForbiddenError, allows, is_within
from local.identities.grants import (
    APP,
    DATABASE,
    LOCAL,
    MANAGER,
    Grant,
    keep_grants,
    load_roles,
    parse_grants,
    read_deployed,
    write_grants,
)
from local.identities.tokens import Tokens, UnknownCallerError

AUDIENCE = "https://service.example"
READ = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read"


def test_grants_are_written_as_they_are_read() -> None:
    assert parse_grants(write_grants(LOCAL)) == [*LOCAL]


def test_every_role_that_is_granted_is_known() -> None:
    roles = load_roles()
    assert {grant.role for grant in (*read_deployed(), *LOCAL)} <= roles.keys()


def test_what_only_a_laptop_has_may_touch_no_document() -> None:
    manager = [grant for grant in LOCAL if grant.who == MANAGER]
    (role,) = {grant.role for grant in manager}
    actions = load_roles()[role]
    assert not any("/items/" in action or "/blobs/" in action for action in actions)


def test_a_role_is_for_its_scope_and_what_is_in_it() -> None:
    assert is_within(f"{DATABASE}/colls/readings", DATABASE)
    assert is_within(DATABASE, DATABASE)
    assert not is_within(f"{DATABASE}-of-others/colls/readings", DATABASE)
    assert is_within("anything", "")


def test_a_star_stands_for_all_that_follows() -> None:
    assert allows(["a/b/*"], "a/b/c/d")
    assert not allows(["a/b/*"], "a/bc")
    assert not allows(["a/b"], "a/b/c")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Tokens(tmp_path)
    keep_grants(tmp_path, read_deployed())
    return tmp_path


def test_a_grant_is_read_anew_when_it_changes(folder: Path) -> None:
    access = Access(folder, AUDIENCE)
    token, _ = Tokens(folder).issue(APP, AUDIENCE)
    assert access.check(token, READ, DATABASE) == APP
    keep_grants(folder, [])
    with pytest.raises(ForbiddenError, match="id-app needs the role Cosmos DB Built-in Data"):
        access.check(token, READ, DATABASE)
    keep_grants(folder, [Grant(APP, "Cosmos DB Built-in Data Reader", DATABASE)])
    assert access.check(token, READ, DATABASE) == APP


def test_a_token_is_refused_once_it_has_expired_though_it_was_known(folder: Path) -> None:
    access = Access(folder, AUDIENCE)
    token, _ = Tokens(folder).issue(APP, AUDIENCE, lifetime_s=-1)
    for _ in range(2):
        with pytest.raises(UnknownCallerError, match="expired"):
            access.check(token, READ, DATABASE)


def test_a_token_for_another_service_is_refused(folder: Path) -> None:
    token, _ = Tokens(folder).issue(APP, "https://another.example")
    with pytest.raises(UnknownCallerError, match="not for"):
        Access(folder, AUDIENCE).check(token, READ, DATABASE)
    with_slash, _ = Tokens(folder).issue(APP, f"{AUDIENCE}/")
    assert Access(folder, AUDIENCE).check(with_slash, READ, DATABASE) == APP


def test_a_token_signed_elsewhere_is_refused(folder: Path, tmp_path: Path) -> None:
    token, _ = Tokens(tmp_path / "elsewhere").issue(APP, AUDIENCE)
    with pytest.raises(UnknownCallerError, match="refused"):
        Access(folder, AUDIENCE).check(token, READ, DATABASE)
