"""Who may call a route, and for which sites."""

from __future__ import annotations

from typing import Protocol

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.domain.access import Rights
from tocsin.domain.errors import ForbiddenError
from tocsin.domain.principal import (
    ADMIN,
    ANYONE,
    SIGNED_IN,
    VIEWER,
    Principal,
    parse_principal,
)
from tocsin.triggers.inputs import Input
from tocsin.triggers.site_query import AnySiteQuery, SiteQuery

PRINCIPAL_HEADER = "x-ms-client-principal"


class Guarded(Protocol):
    """What a route says of who may call it."""

    @property
    def role(self) -> str: ...

    @property
    def everywhere(self) -> bool: ...


async def admit(request: func.HttpRequest, services: Services, route: Guarded) -> Rights:
    """Whoever asks, and where they may look and act.

    Raises UnauthenticatedError where nobody is named, and ForbiddenError where they lack the role.
    """
    if route.role == ANYONE:
        return Rights(Principal(ANYONE, frozenset()))
    if not services.platform_auth:
        raise ForbiddenError(
            "the platform's authentication is off for this app, so no user can be trusted"
        )
    principal = parse_principal(request.headers.get(PRINCIPAL_HEADER))
    principal.must_be(route.role)
    rights = (await services.access.current()).find_rights(principal)
    if route.everywhere:
        rights.must_act_everywhere()
    return rights


def check_site_rights(query: Input, rights: Rights, route: Guarded) -> None:
    """Raise ForbiddenError where the query names a site that is kept from whoever asks."""
    if not isinstance(query, SiteQuery | AnySiteQuery) or query.site is None:
        return
    if route.role == VIEWER:
        rights.must_see(query.site)
    # An admin says who may where, and so is kept from nothing that is an admin's.
    elif route.role not in {ADMIN, ANYONE, SIGNED_IN}:
        rights.must_act(query.site)
