"""What is shown of model bundles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tocsin.domain.models.bundle_card import Card
from tocsin.domain.models.bundle_verdict import Verdict
from tocsin.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Published:
    """A version in the storage; ``uploaded_at`` in ms. ``verdict``: what the last comparison said
    of it; None where it was never compared, or nobody can read what was said."""

    version: str
    uploaded_at: int
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class BundleOverview:
    """What is published for a profile.

    card: of the active bundle; None where ``refused`` says why there is none to be trusted.
    previous: the version that scored before; a roll-back makes it active again.
    rolled_back: the version that was left by a roll-back.
    published: every version, the newest upload first; ``cut``: there are more than are listed.
    """

    card: Card | None
    refused: str | None
    previous: str | None
    rolled_back: str | None
    published: Sequence[Published]
    cut: bool = False


class BundleBook(Protocol):
    """The published bundles of each profile."""

    async def look(self, profile: Profile) -> BundleOverview:
        """Raises DeliveryError while the storage does not answer."""
        ...
