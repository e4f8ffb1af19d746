"""Who is asking: the principal that the platform's authentication vouches for."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from tocsin.domain.errors import ForbiddenError, UnauthenticatedError

VIEWER = "viewer"
OPERATOR = "operator"
ANYONE = "anyone"  # of a route that asks for no user


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user. An operator may do all that a viewer may."""

    name: str
    roles: frozenset[str]

    def must_be(self, role: str) -> None:
        """Raise ForbiddenError unless this user has *role*."""
        if role not in self.roles and not (role == VIEWER and OPERATOR in self.roles):
            raise ForbiddenError(f"this needs the role {role!r}")


def parse_principal(header: str | None) -> Principal:
    """Read the ``x-ms-client-principal`` header: base64 of JSON with typed claims.

    The format is App Service authentication's: ``name_typ`` and ``role_typ`` say which claims
    hold the name and the roles. Raises UnauthenticatedError when there is none or it is malformed.
    """
    if not header:
        raise UnauthenticatedError("sign in first")
    try:
        document = json.loads(base64.b64decode(header, validate=True))
        claims = [(str(claim["typ"]), str(claim["val"])) for claim in document["claims"]]
        name_type, role_type = str(document["name_typ"]), str(document["role_typ"])
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnauthenticatedError("the principal header is malformed") from error
    names = [value for kind, value in claims if kind == name_type]
    # Entra ID's app roles arrive under "roles" whatever role_typ says.
    roles = frozenset(value for kind, value in claims if kind in {role_type, "roles"})
    return Principal(name=names[0] if names else "unnamed", roles=roles)
