"""Tokens of identities: signed here in the place of Entra ID, and checked by every stand-in.

A token says who calls and for which service, and until when. What the caller may do is not in it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# As Azurite wants it: it looks at the start of this name.
ISSUER: Final = "https://sts.windows.net/00000000-0000-0000-0000-00000000cafe/"
ALGORITHM: Final = "RS256"
LIFETIME_S: Final = 3_600
PUBLIC_FILE = "public.pem"
PRIVATE_FILE = "key.pem"
_MOST_REMEMBERED = 200


class UnknownCallerError(Exception):
    """The token is missing, forged, expired or meant for another service."""


def find_client_id(who: str) -> str:
    """The client id of an identity, the same in every run."""
    return str(uuid5(NAMESPACE_URL, f"tocsin:{who}"))


class Tokens:
    """Signs tokens with the key in *folder*, which is made where there is none."""

    def __init__(self, folder: Path) -> None:
        self._key = _keep_key(folder)

    def issue(self, who: str, audience: str, *, lifetime_s: float = LIFETIME_S) -> tuple[str, int]:
        """A token of the identity *who* for *audience*, and when it ends (s since the epoch)."""
        now = int(time.time())
        ends = now + int(lifetime_s)
        client_id = find_client_id(who)
        claims = {
            "iss": ISSUER, "aud": audience, "iat": now, "nbf": min(now, ends), "exp": ends,
            "oid": client_id, "sub": client_id, "appid": client_id, "idtyp": "app", "name": who,
        }  # fmt: skip
        return jwt.encode(claims, self._key, algorithm=ALGORITHM), ends


class TokenCheck:
    """Checks tokens against the public key in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._public = (folder / PUBLIC_FILE).read_bytes()
        self._known: dict[str, Mapping[str, Any]] = {}

    def read_caller(self, token: str, audiences: frozenset[str]) -> str:
        """Whose *token* it is, for one of *audiences* (a slash at the end does not count).

        Raises UnknownCallerError.
        """
        claims = self._known.get(token) or self._verify(token)
        if claims["exp"] <= time.time():
            self._known.pop(token, None)
            raise UnknownCallerError("the token has expired")
        if str(claims["aud"]).rstrip("/") not in audiences:
            raise UnknownCallerError(
                f"the token is for {claims['aud']}, not for {' or '.join(sorted(audiences))}"
            )
        return str(claims["name"])

    def _verify(self, token: str) -> Mapping[str, Any]:
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token, self._public, algorithms=[ALGORITHM], issuer=ISSUER,
                options={"require": ["exp", "aud", "oid", "name"], "verify_aud": False},
            )  # fmt: skip
        except jwt.InvalidTokenError as error:
            raise UnknownCallerError(f"the token is refused: {error}") from error
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[token] = claims  # a signature is checked once: it takes longer than a write
        return claims


def read_bearer(authorization: str | None) -> str:
    """The token of an Authorization header. Raises UnknownCallerError."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnknownCallerError("keys are off: the Authorization header must hold a bearer token")
    return token.strip()


def _keep_key(folder: Path) -> bytes:
    path = folder / PRIVATE_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        path.touch(mode=0o600)
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        (folder / PUBLIC_FILE).write_bytes(
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
    return path.read_bytes()
