"""What active bundles were made on, in memory."""

from __future__ import annotations

from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.drift import Reference
from tocsin.domain.profile import Profile


class FakeReferences:
    """The port References; ``by_profile`` holds version and reference of each active bundle."""

    def __init__(self) -> None:
        self.by_profile: dict[str, tuple[str, Reference]] = {}

    async def active(self, profile: Profile) -> tuple[str, Reference]:
        found = self.by_profile.get(profile.name)
        if found is None:
            raise InvalidBundleError(f"profile {profile.name!r} has no active bundle")
        return found
