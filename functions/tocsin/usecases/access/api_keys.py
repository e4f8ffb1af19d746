"""People make keys for their programs, see and revoke them; a program comes in by one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from tocsin.domain.access.api_key import (
    DAY_MS,
    ID_BYTES,
    SECRET_BYTES,
    ApiKey,
    Scope,
    audit_key,
    digest_secret,
    parse_key,
    write_key,
)
from tocsin.domain.access.principal import ADMIN, VIEWER, Principal
from tocsin.domain.errors import (
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    UnauthenticatedError,
)
from tocsin.usecases.ports.access import Keys

MOST_KEYS = 20  # of a person, that are alive
KEPT_MS = 30 * DAY_MS  # so long a dead key is still shown


@dataclass(frozen=True, slots=True)
class Wish:
    """The key that somebody asks for. ``days``: how long it is good."""

    name: str
    scopes: Collection[Scope]
    days: int


async def create_key(
    wish: Wish,
    owner: Principal,
    keys: Keys,
    *,
    make_token: Callable[[int], str],
    now_ms: int,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is never seen again.

    make_token: random text (hex) of so many bytes.
    Raises ForbiddenError for a person without an id, and InvalidRequestError for one too many.
    """
    if owner.user_id is None:
        raise ForbiddenError("your sign-in has no id, so nobody would know whose the key is")
    if not wish.name.isprintable():
        raise InvalidRequestError("name must be text that can be printed")
    own = await keys.list_keys(owner.user_id)
    if sum(key.is_alive(now_ms) for key in own) >= MOST_KEYS:
        raise InvalidRequestError(f"you have {MOST_KEYS} keys; revoke one that is not needed")
    secret = make_token(SECRET_BYTES)
    key = ApiKey(
        key_id=make_token(ID_BYTES),
        name=wish.name,
        owner_id=owner.user_id,
        owner_name=owner.name,
        scopes=frozenset(wish.scopes),
        digest=digest_secret(secret),
        created_at=now_ms,
        expires_at=now_ms + wish.days * DAY_MS,
    )
    # The record first: a key without one is worse than a record of a key that then was not made.
    await keys.save_audit(audit_key(None, key, operator=owner.name, now_ms=now_ms))
    await keys.save_key(key)
    for old in own:
        if (old.revoked_at or old.expires_at) < now_ms - KEPT_MS:
            await keys.delete_key(old.key_id)
    return key, write_key(key.key_id, secret)


async def list_keys(asking: Principal, keys: Keys) -> list[ApiKey]:
    """The keys of whoever asks; an admin sees all. The newest first."""
    if ADMIN in asking.roles:
        return await keys.list_keys(None)
    return [] if asking.user_id is None else await keys.list_keys(asking.user_id)


async def revoke_key(key_id: str, asking: Principal, keys: Keys, *, now_ms: int) -> ApiKey:
    """Make a key useless at once; once more changes nothing.

    Raises NotFoundError for a key that is not there, or is somebody else's; an admin may revoke
    all.
    """
    key = await keys.find_key(key_id)
    if key is None or (key.owner_id != asking.user_id and ADMIN not in asking.roles):
        raise NotFoundError(f"there is no key {key_id!r:.80}")
    if key.revoked_at is not None:
        return key
    revoked = replace(key, revoked_at=now_ms)
    await keys.save_audit(audit_key(key, revoked, operator=asking.name, now_ms=now_ms))
    await keys.save_key(revoked)
    return revoked


async def admit_key(text: str, keys: Keys, *, now_ms: int) -> tuple[Principal, frozenset[Scope]]:
    """Whose program it is that comes in with the key *text*, and what for.

    It may see what its owner may, and act on nothing. Raises UnauthenticatedError, which does not
    say whether there is such a key.
    """
    key_id, secret = parse_key(text)
    key = await keys.find_key(key_id)
    if key is None or not key.is_opened_by(secret) or not key.is_alive(now_ms):
        raise UnauthenticatedError("this API key is unknown, expired or revoked")
    name = f"{key.owner_name} ({key.name})"
    return Principal(name, frozenset({VIEWER}), key.owner_id), key.scopes
