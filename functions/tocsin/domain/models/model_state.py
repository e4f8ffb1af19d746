"""Which bundle scores a profile, and which one was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ModelState:
    """``version`` scores, ``activated_at`` (ms) says since when it is the active one; None where
    there is none, or where its active.json does not say. ``refused``: why what is active now was
    not loaded; None when it was."""

    version: str | None = None
    activated_at: int | None = None
    refused: str | None = None

    def to_document(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "activatedAt": self.activated_at,
            "refused": self.refused,
        }
