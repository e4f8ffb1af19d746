"""Who is asking: the principal that the platform's authentication vouches for."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.errors import ForbiddenError, UnauthenticatedError

VIEWER = "viewer"
OPERATOR = "operator"
ADMIN = "admin"
ANYONE = "anyone"  # of a route that asks for no user
SIGNED_IN = "signed in"  # of a route for every user, with or without a role
# Each may do all that those before it may.
_RANKS = {VIEWER: 1, OPERATOR: 2, ADMIN: 3}
# Names change, and two people may share one; these do not, the first that is there counts.
_ID_CLAIMS = (
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "oid",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",
    "sub",
)


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user. ``user_id`` is None where the platform gave none."""

    name: str
    roles: frozenset[str]
    user_id: str | None = None

    def must_be(self, role: str) -> None:
        """Raise ForbiddenError unless this user has *role*, or one that may do more."""
        if role != SIGNED_IN and not any(_RANKS.get(own, 0) >= _RANKS[role] for own in self.roles):
            raise ForbiddenError(f"this needs the role {role!r}")


def parse_principal(header: str | None) -> Principal:
    """Read the ``x-ms-client-principal`` header, base64 of JSON, in either of its two shapes.

    App Service authentication lists typed claims, and says which of them hold the name and the
    roles. Static Web Apps give ``userId``, ``userDetails`` and ``userRoles``, and no claims.
    Raises UnauthenticatedError when there is none, or when it is neither of them.
    """
    if not header:
        raise UnauthenticatedError("sign in first")
    try:
        return _read_document(json.loads(base64.b64decode(header, validate=True)))
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnauthenticatedError("the principal header is malformed") from error


def _read_document(document: Mapping[str, Any]) -> Principal:
    if ("claims" in document) == ("userRoles" in document):
        raise ValueError("neither of the two shapes, or both")
    return _read_claims(document) if "claims" in document else _read_user(document)


def _read_claims(document: Mapping[str, Any]) -> Principal:
    claims = [(str(claim["typ"]), str(claim["val"])) for claim in document["claims"]]
    name_type, role_type = str(document["name_typ"]), str(document["role_typ"])
    names = [value for kind, value in claims if kind == name_type]
    ids = [value for wanted in _ID_CLAIMS for kind, value in claims if kind == wanted]
    return _make_principal(
        names[0] if names else "unnamed",
        # Entra ID's app roles arrive under "roles" whatever role_typ says.
        frozenset(value for kind, value in claims if kind in {role_type, "roles"}),
        ids[0] if ids else None,
    )


def _read_user(document: Mapping[str, Any]) -> Principal:
    roles = document["userRoles"]
    if not isinstance(roles, list):
        raise TypeError("userRoles is no list")
    user_id = document.get("userId")
    return _make_principal(
        str(document.get("userDetails") or "unnamed"),
        frozenset(map(str, roles)),
        None if user_id is None else str(user_id),
    )


def _make_principal(name: str, roles: frozenset[str], user_id: str | None) -> Principal:
    # A lone half of a surrogate pair is no text that a document can hold.
    name = name.encode(errors="replace").decode()
    return Principal(name, roles, user_id or None)
