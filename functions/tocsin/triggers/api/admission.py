"""Who may call a route, and for which sites."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import azure.functions as func

from tocsin.domain.access.api_key import Scope, parse_key
from tocsin.domain.access.people import NONE, Rights
from tocsin.domain.access.principal import (
    ADMIN,
    ANYONE,
    SIGNED_IN,
    VIEWER,
    Principal,
    parse_principal,
)
from tocsin.domain.errors import ForbiddenError
from tocsin.services import Services
from tocsin.triggers.api.addresses import find_address
from tocsin.triggers.api.inputs import Input
from tocsin.triggers.api.site_query import AnySiteQuery, SiteQuery
from tocsin.usecases.access.api_keys import admit_key

PRINCIPAL_HEADER = "x-ms-client-principal"
KEY_HEADER = "x-api-key"


class Guarded(Protocol):
    """What a route says of who may call it."""

    @property
    def role(self) -> str: ...

    @property
    def everywhere(self) -> bool: ...

    @property
    def scope(self) -> Scope | None: ...


async def admit(request: func.HttpRequest, services: Services, route: Guarded) -> Rights:
    """Whoever asks, and where they may look and act. An API key decides where there is one.

    Raises UnauthenticatedError where nobody is named, ForbiddenError where they lack the role, and
    TooManyCallsError.
    """
    if route.role == ANYONE:
        services.address_limits.take(find_address(request), services.now_ms())
        return Rights(Principal(ANYONE, frozenset()))
    if not services.platform_auth:
        raise ForbiddenError(
            "the platform's authentication is off for this app, so no user can be trusted"
        )
    key = request.headers.get(KEY_HEADER)
    if key is not None:
        return await _admit_key(key, find_address(request), services, route)
    principal = parse_principal(request.headers.get(PRINCIPAL_HEADER))
    services.call_limits.take(f"user:{principal.user_id or principal.name}", services.now_ms())
    principal.must_be(route.role)
    rights = (await services.access.current()).find_rights(principal)
    if route.everywhere:
        rights.must_act_everywhere()
    return rights


async def _admit_key(text: str, address: str, services: Services, route: Guarded) -> Rights:
    """A key that is made up costs a look into the database, so it counts for its *address*."""
    services.address_limits.take(address, services.now_ms())
    principal, scopes = await admit_key(text, services.keys, now_ms=services.now_ms())
    services.address_limits.give_back(address)
    services.call_limits.take(f"key:{parse_key(text)[0]}", services.now_ms())
    principal.must_be(route.role)
    if route.scope not in scopes:
        needed = "this is for people" if route.scope is None else f"it needs {route.scope!r}"
        raise ForbiddenError(f"the API key has not the scope for this: {needed}")
    rights = (await services.access.current()).find_rights(principal)
    return replace(rights, acts=NONE)


def check_site_rights(query: Input, rights: Rights, route: Guarded) -> None:
    """Raise ForbiddenError where the query names a site that is kept from whoever asks."""
    if not isinstance(query, SiteQuery | AnySiteQuery) or query.site is None:
        return
    if route.role == VIEWER:
        rights.must_see(query.site)
    # An admin says who may where, and so is kept from nothing that is an admin's.
    elif route.role not in {ADMIN, ANYONE, SIGNED_IN}:
        rights.must_act(query.site)
