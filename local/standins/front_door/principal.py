"""The signed-in user as App Service authentication passes it to an app: in headers."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

PROVIDER = "local"
PRINCIPAL_PREFIX = "x-ms-client-principal"

_NAME_CLAIM = "name"
_ROLE_CLAIM = "roles"
# Where Entra ID has what stays of a person when the name changes.
_ID_CLAIM = "http://schemas.microsoft.com/identity/claims/objectidentifier"


@dataclass(frozen=True, slots=True)
class Principal:
    """A user and the app roles it holds."""

    user_id: str
    name: str
    roles: tuple[str, ...]

    def claims(self) -> list[dict[str, str]]:
        claims = [
            {"typ": _NAME_CLAIM, "val": self.name},
            {"typ": _ID_CLAIM, "val": self.user_id},
        ]
        return claims + [{"typ": _ROLE_CLAIM, "val": role} for role in self.roles]


# What a visitor may choose to be.
PRINCIPALS: Mapping[str, Principal | None] = {
    "admin": Principal("local-admin", "Local admin", ("viewer", "operator", "admin")),
    "operator": Principal("local-operator", "Local operator", ("viewer", "operator")),
    "viewer": Principal("local-viewer", "Local viewer", ("viewer",)),
    "none": None,
}


def principal_headers(principal: Principal) -> dict[str, str]:
    """The headers that tell an app who is calling."""
    token = {
        "auth_typ": PROVIDER,
        "name_typ": _NAME_CLAIM,
        "role_typ": _ROLE_CLAIM,
        "claims": principal.claims(),
    }
    return {
        PRINCIPAL_PREFIX: base64.b64encode(json.dumps(token).encode()).decode(),
        f"{PRINCIPAL_PREFIX}-id": principal.user_id,
        f"{PRINCIPAL_PREFIX}-name": principal.name,
        f"{PRINCIPAL_PREFIX}-idp": PROVIDER,
    }


def describe_user(principal: Principal | None) -> list[dict[str, object]]:
    """What /.auth/me answers: nobody, or one identity with its claims."""
    if principal is None:
        return []
    return [
        {
            "provider_name": PROVIDER,
            "user_id": principal.name,
            "user_claims": principal.claims(),
        }
    ]
