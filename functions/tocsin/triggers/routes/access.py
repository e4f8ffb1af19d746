"""The HTTP API of who may see and act where (docs/api.md)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.domain.access.people import EVERY_SITE, Level, Sites
from tocsin.domain.access.principal import ADMIN, SIGNED_IN
from tocsin.triggers.api.answers import Output, Revised
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.triggers.api.setting_patches import Change
from tocsin.usecases.access import change_access as changing


class PersonPatch(Input):
    """A person. ``sites``: by site ``see`` or ``act``, ``*`` for all; null takes one away."""

    name: str | UnsetType = UNSET
    sites: Change[dict[str, Level | None]] = UNSET


class AccessPatch(Input):
    """``others``: as ``sites`` of a person. ``people``: by user id; null makes one of the others
    of somebody."""

    others: dict[str, Level | None] | UnsetType = UNSET
    people: dict[str, PersonPatch | None] | UnsetType = UNSET


class PersonShown(Output):
    """Where a person may see or act; who may act may see. ``*`` stands for all sites."""

    name: str
    sites: dict[str, Level]


class AccessShown(Revised):
    """Who may see and act where, and who set it when (ms). ``people``: by user id."""

    set_by: str | None
    set_at: int | None
    others: dict[str, Level]
    people: dict[str, PersonShown]


class MeShown(Output):
    """Who asks. ``sees``, ``acts``: the sites where they may, ``*`` for all."""

    id: str | None
    name: str
    roles: list[str]
    sees: list[str]
    acts: list[str]


async def show_me(call: Call[Nothing, Nothing]) -> MeShown:
    """Who you are, and where you may see and act."""
    principal, rights = call.principal, call.rights
    return MeShown(
        id=principal.user_id,
        name=principal.name,
        roles=sorted(principal.roles),
        sees=_list_sites(rights.sees),
        acts=_list_sites(rights.acts),
    )


async def show_access(call: Call[Nothing, Nothing]) -> AccessShown:
    """Who may see and act where."""
    return AccessShown.read(await changing.show_access(call.services.site_settings))


async def change_access(call: Call[Nothing, AccessPatch]) -> AccessShown:
    """Change who may see and act where, by a merge patch (RFC 7396)."""
    changed = await changing.change_access(
        msgspec.to_builtins(call.body),
        admin=call.principal.name,
        settings=call.services.site_settings,
        now_ms=call.services.now_ms,
        revision=call.revision,
    )
    return AccessShown.read(changed)


def _list_sites(sites: Sites) -> list[str]:
    return [EVERY_SITE] if sites.names is None else sorted(sites.names)


ROUTES = (
    Route("me", "GET", "me", SIGNED_IN, Nothing, Nothing, {200: MeShown}, show_me),
    Route("show_access", "GET", "access", ADMIN, Nothing, Nothing, {200: AccessShown}, show_access),
    Route(
        "change_access", "PATCH", "access", ADMIN, Nothing, AccessPatch, {200: AccessShown},
        change_access, fails=frozenset({409}),
    ),
)  # fmt: skip
