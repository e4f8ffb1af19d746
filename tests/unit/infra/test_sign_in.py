"""The roles of the app registration are those that the code asks for."""

from __future__ import annotations

import json
import uuid

from tests.paths import ROOT
from tocsin.domain.access import principal


def test_the_registration_has_the_roles_of_the_code() -> None:
    text = (ROOT / "infra/sign-in/app-roles.json").read_text(encoding="utf-8")
    roles = json.loads(text)
    known = {
        value
        for name, value in vars(principal).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    }
    assert {role["value"] for role in roles} == known - {principal.ANYONE, principal.SIGNED_IN}
    assert len({uuid.UUID(role["id"]) for role in roles}) == len(roles)
    # Machines as well as people.
    assert all(set(role["allowedMemberTypes"]) == {"User", "Application"} for role in roles)
