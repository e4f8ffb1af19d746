"""What letting people and their programs in needs from the outside."""

from __future__ import annotations

from typing import Protocol

from tocsin.domain.access.api_key import ApiKey
from tocsin.domain.access.people import Access
from tocsin.usecases.ports.documents import Document


class AccessBook(Protocol):
    """Who may see and act where."""

    async def current(self) -> Access:
        """What is in force, as it was some seconds ago at most."""
        ...


class Keys(Protocol):
    """The API keys of all people."""

    async def find_key(self, key_id: str) -> ApiKey | None:
        """Raises DamagedDocumentError."""
        ...

    async def list_keys(self, owner_id: str | None) -> list[ApiKey]:
        """A person's keys, or all, the newest first; a damaged one is logged and left out."""
        ...

    async def save_key(self, key: ApiKey) -> None: ...

    async def delete_key(self, key_id: str) -> None:
        """Deleting what is not there changes nothing."""
        ...

    async def save_audit(self, document: Document) -> None: ...
