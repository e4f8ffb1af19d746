"""What letting people in needs from the outside."""

from __future__ import annotations

from typing import Protocol

from tocsin.domain.access import Access


class AccessBook(Protocol):
    """Who may see and act where."""

    async def current(self) -> Access:
        """What is in force, as it was some seconds ago at most."""
        ...
