"""The HTTP API of personal keys for machines (docs/api.md)."""

from __future__ import annotations

import secrets
from typing import Annotated

from msgspec import Meta

from tocsin.domain.access.api_key import LONGEST_DAYS, Scope
from tocsin.domain.access.principal import VIEWER
from tocsin.triggers.api.answers import Answer, Listed, Output, read_each
from tocsin.triggers.api.calls import Call, Route
from tocsin.triggers.api.inputs import Input, Nothing
from tocsin.usecases.access import api_keys

DEFAULT_DAYS = 90


class KeyBody(Input):
    """The key that is wanted. ``days``: how long it is good."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=2)]
    days: Annotated[int, Meta(ge=1, le=LONGEST_DAYS)] = DEFAULT_DAYS


class KeyShown(Output):
    """A key, without its secret. Times in ms; ``revokedAt`` is null while nobody has revoked it."""

    key_id: str
    name: str
    owner: str
    scopes: list[Scope]
    created_at: int
    expires_at: int
    revoked_at: int | None


class KeysShown(Listed):
    """Your keys, the newest first; an admin sees those of everybody."""

    keys: list[KeyShown]


class KeyCreated(Output):
    """A new key. ``secret`` is what a program sends in X-Api-Key; it is shown this once."""

    key: KeyShown
    secret: str


async def list_keys(call: Call[Nothing, Nothing]) -> KeysShown:
    """Your keys for programs, without their secrets."""
    found = await api_keys.list_keys(call.principal, call.services.keys)
    keys, damaged = read_each(KeyShown, (key.describe() for key in found))
    return KeysShown(keys=keys, damaged=damaged)


async def create_key(call: Call[Nothing, KeyBody]) -> Answer:
    """Make a key for a program of yours."""
    wish = api_keys.Wish(call.body.name, call.body.scopes, call.body.days)
    key, secret = await api_keys.create_key(
        wish,
        call.principal,
        call.services.keys,
        make_token=secrets.token_hex,
        now_ms=call.services.now_ms(),
    )
    created = KeyCreated(key=KeyShown.read(key.describe()), secret=secret)
    return Answer(created, 201, {"Cache-Control": "no-store"})


async def revoke_key(call: Call[Nothing, Nothing]) -> KeyShown:
    """Make a key useless at once; an admin may revoke the key of anybody."""
    services = call.services
    key = await api_keys.revoke_key(
        call.path["id"], call.principal, services.keys, now_ms=services.now_ms()
    )
    return KeyShown.read(key.describe())


# No key makes, shows or revokes keys.
ROUTES = (
    Route(
        "keys", "GET", "keys", VIEWER, Nothing, Nothing, {200: KeysShown}, list_keys, scope=None
    ),
    Route(
        "create_key", "POST", "keys", VIEWER, Nothing, KeyBody, {201: KeyCreated}, create_key,
        scope=None,
    ),
    Route(
        "revoke_key", "DELETE", "keys/{id}", VIEWER, Nothing, Nothing, {200: KeyShown}, revoke_key,
        fails=frozenset({404}), scope=None,
    ),
)  # fmt: skip
