"""Every route of the database has an action that a role may allow."""

from __future__ import annotations

from local.identities.access import allows
from local.identities.grants import load_roles
from local.standins.cosmos.roles import ACTIONS
from local.standins.cosmos.routes import ROUTES


def test_every_route_has_its_action() -> None:
    assert ACTIONS.keys() == ROUTES.keys()


def test_only_who_manages_makes_and_removes_containers() -> None:
    roles = load_roles()
    for (method, shape, kind), action in ACTIONS.items():
        is_document = "docs" in shape or "pkranges" in shape
        if is_document or method == "GET" or kind:
            continue
        whole = f"Microsoft.DocumentDB/databaseAccounts/{action}"
        assert [name for name, may in roles.items() if allows(may, whole)] == ["Contributor"]
