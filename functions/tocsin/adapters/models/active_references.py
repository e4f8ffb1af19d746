"""What the active bundles were made on, read without loading their programs."""

from __future__ import annotations

import json

from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.domain.models.bundle import parse_bundle
from tocsin.domain.models.drift import Reference, parse_reference
from tocsin.domain.profile import Profile


class ActiveReferences:
    """The port References over the published bundles."""

    def __init__(self, bundles: PublishedBundles) -> None:
        self._bundles = bundles

    async def active(self, profile: Profile) -> tuple[str, Reference]:
        content = await self._bundles.read_active(profile)
        _, named = self._bundles.check_active(content, profile)
        description = await self._bundles.read_description(profile, named)
        parse_bundle(description, profile)
        return named.version, parse_reference(json.loads(description), profile)
