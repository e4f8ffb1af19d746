"""The JSON Web Tokens of servers and clients, checked as the service checks them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import jwt

from local.standins.webpubsub.errors import UnauthorizedError

_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class ClientClaims:
    """Who a client is and what its token lets it do."""

    user_id: str | None
    roles: tuple[str, ...]
    groups: tuple[str, ...]


def check_service_token(authorization: str, *, key: str, audiences: Sequence[str]) -> None:
    """Check the Authorization header of a REST call.

    *audiences* are the URLs the token may name. Raises UnauthorizedError.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthorizedError("the Authorization header must hold a bearer token")
    _claims(token, key=key, audiences=audiences)


def issue_client_token(claims: ClientClaims, *, key: str, audience: str, lifetime_s: float) -> str:
    """A token for one client, as the service makes it for a server that has no key."""
    now = int(time.time())
    content: dict[str, Any] = {
        "aud": audience, "iat": now, "nbf": now, "exp": now + int(lifetime_s),
        "role": list(claims.roles), "webpubsub.group": list(claims.groups),
    }  # fmt: skip
    if claims.user_id is not None:
        content["sub"] = claims.user_id
    return jwt.encode(content, key, algorithm=_ALGORITHM)


def client_claims(token: str, *, key: str, audiences: Sequence[str]) -> ClientClaims:
    """Check a client's access token and return its claims. Raises UnauthorizedError."""
    if not token:
        raise UnauthorizedError("the query parameter access_token is missing")
    claims = _claims(token, key=key, audiences=audiences)
    user_id = claims.get("sub")
    return ClientClaims(
        user_id=str(user_id) if user_id is not None else None,
        roles=_texts(claims, "role"),
        groups=_texts(claims, "webpubsub.group"),
    )


def _claims(token: str, *, key: str, audiences: Sequence[str]) -> Mapping[str, Any]:
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            options={"require": ["exp", "aud"], "verify_aud": False},
        )
        _check_audience(claims["aud"], audiences)
    except jwt.InvalidTokenError as error:
        raise UnauthorizedError(
            f"the token is refused: {error}; it must be signed with {_ALGORITHM} and the access"
            f" key, not be expired, and name the audience {audiences[0]}"
        ) from error
    return claims


def _check_audience(named: object, audiences: Sequence[str]) -> None:
    # A client may sign a URL with %3A and its transport then send the same URL with a colon.
    allowed = {unquote(audience) for audience in audiences}
    given = named if isinstance(named, list) else [named]
    if not any(isinstance(audience, str) and unquote(audience) in allowed for audience in given):
        raise jwt.InvalidAudienceError("it names another audience")


def _texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = claims.get(name, ())
    values = (value,) if isinstance(value, str) else value
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise UnauthorizedError(f"the token's claim {name} must be a text or a list of texts")
    return tuple(values)
