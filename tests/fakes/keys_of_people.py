"""API keys in memory."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.fakes.messages import NOW
from tocsin.domain.access.api_key import DAY_MS, ApiKey, Scope, digest_secret, write_key
from tocsin.usecases.ports.documents import Document


class FakeKeys:
    """The port Keys. ``audit``: every record, in order."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.audit: list[dict[str, Any]] = []

    async def find_key(self, key_id: str) -> ApiKey | None:
        text = self.kept.get(key_id)
        return None if text is None else ApiKey.from_document(json.loads(text))

    async def list_keys(self, owner_id: str | None) -> list[ApiKey]:
        keys = [ApiKey.from_document(json.loads(text)) for text in self.kept.values()]
        own = [key for key in keys if owner_id in {None, key.owner_id}]
        return sorted(own, key=lambda key: (-key.created_at, key.key_id))

    async def save_key(self, key: ApiKey) -> None:
        self.kept[key.key_id] = json.dumps(key.to_document(), allow_nan=False)

    async def delete_key(self, key_id: str) -> None:
        self.kept.pop(key_id, None)

    async def save_audit(self, document: Document) -> None:
        self.audit.append(json.loads(json.dumps(document, allow_nan=False)))

    def add(self, key: ApiKey) -> None:
        """As its owner did some time ago."""
        self.kept[key.key_id] = json.dumps(key.to_document())


def make_key(number: int, *scopes: Scope, **changes: Any) -> ApiKey:  # noqa: ANN401 (any field)
    """A key of Ada's that is good for a day; its secret is made of its number."""
    key = ApiKey(
        key_id=f"{number:012x}",
        name="scraper",
        owner_id="ada-1",
        owner_name="Ada",
        scopes=frozenset(scopes),
        digest=digest_secret(f"{number:064x}"),
        created_at=NOW - 1_000,
        expires_at=NOW + DAY_MS,
    )
    return replace(key, **changes)


def text_of(key: ApiKey) -> str:
    """What a program sends of a key that ``make_key`` made."""
    return write_key(key.key_id, f"{int(key.key_id, 16):064x}")


KNOWN_KEYS = {
    "key": make_key(1, "read"),
    "key-detect": make_key(2, "detect"),
    "key-expired": make_key(3, "read", "detect", expires_at=NOW),
    "key-revoked": make_key(4, "read", "detect", revoked_at=NOW - 500),
}
KEY_TEXTS = {
    **{name: text_of(key) for name, key in KNOWN_KEYS.items()},
    "key-unknown": text_of(make_key(5, "read")),
}
