"""Keys by which a person's programs call the API: what they may, for how long, never the secret."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from tocsin.domain.errors import DamagedDocumentError, UnauthenticatedError
from tocsin.domain.stored import OPTIONAL_WHOLE, take_field

Scope = Literal["read", "detect"]
SCOPES: tuple[Scope, ...] = ("read", "detect")
LONGEST_DAYS = 365
DAY_MS = 24 * 60 * 60 * 1_000
ID_BYTES, SECRET_BYTES = 6, 32
_TEXT = re.compile(r"tocsin_([0-9a-f]{12})_([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a person. Times in ms.

    digest: SHA-256 (hex) of its secret, which is kept nowhere. The secret is 256 random bits, so
        nothing slower is needed to keep it from being guessed.
    revoked_at: None for a key that nobody has revoked.
    """

    key_id: str
    name: str
    owner_id: str
    owner_name: str
    scopes: frozenset[Scope]
    digest: str
    created_at: int
    expires_at: int
    revoked_at: int | None = None

    def is_alive(self, now_ms: int) -> bool:
        return self.revoked_at is None and now_ms < self.expires_at

    def is_opened_by(self, secret: str) -> bool:
        return hmac.compare_digest(self.digest, digest_secret(secret))

    def to_document(self) -> dict[str, Any]:
        """The document ``key:{id}`` of ``settings`` (docs/formats.md)."""
        return {
            "id": key_document_id(self.key_id),
            "type": "key",
            "ownerId": self.owner_id,
            "digest": self.digest,
            **self.describe(),
        }

    def describe(self) -> dict[str, Any]:
        """What anybody may know of it who may know that it is there."""
        return {
            "keyId": self.key_id,
            "name": self.name,
            "owner": self.owner_name,
            "scopes": sorted(self.scopes),
            "createdAt": self.created_at,
            "expiresAt": self.expires_at,
            "revokedAt": self.revoked_at,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> ApiKey:
        """Raises DamagedDocumentError naming the document and what is wrong with it."""
        scopes = take_field(document, "scopes", list)
        if not set(scopes) <= set(SCOPES):
            raise DamagedDocumentError(f"{document.get('id')!r}: a scope of {scopes!r} is none")
        return cls(
            key_id=take_field(document, "keyId", str),
            name=take_field(document, "name", str),
            owner_id=take_field(document, "ownerId", str),
            owner_name=take_field(document, "owner", str),
            scopes=frozenset(cast(list[Scope], scopes)),
            digest=take_field(document, "digest", str),
            created_at=take_field(document, "createdAt", int),
            expires_at=take_field(document, "expiresAt", int),
            revoked_at=take_field(document, "revokedAt", *OPTIONAL_WHOLE),
        )


def key_document_id(key_id: str) -> str:
    return f"key:{key_id}"


def write_key(key_id: str, secret: str) -> str:
    """The text by which a program names the key and proves to have it."""
    return f"tocsin_{key_id}_{secret}"


def parse_key(text: str) -> tuple[str, str]:
    """Id and secret of what ``write_key`` made. Raises UnauthenticatedError."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise UnauthenticatedError("this is no API key")
    return found[1], found[2]


def digest_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def audit_key(
    before: ApiKey | None, after: ApiKey, *, operator: str, now_ms: int
) -> dict[str, Any]:
    """The ``audit`` document of a key that was made or revoked (docs/formats.md)."""
    return {
        "id": f"{now_ms}-{key_document_id(after.key_id)}-{'made' if before is None else 'revoked'}",
        "siteId": "",
        "type": "key",
        "by": operator,
        "at": now_ms,
        "before": None if before is None else before.describe(),
        "after": after.describe(),
    }
