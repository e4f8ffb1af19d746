"""What is published for a profile, read from the storage of the bundles when somebody asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from tocsin.adapters.models.published_bundles import PublishedBundles
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.active_bundle import parse_active
from tocsin.domain.models.bundle import parse_bundle
from tocsin.domain.models.bundle_card import Card, parse_card
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.bundles import BundleOverview, Published

MOST_SHOWN = 100
READS_AT_ONCE = 8

log = logging.getLogger(__name__)

ListVersions = Callable[[str], Awaitable[Sequence[tuple[str, int]]]]


class StoredBundles:
    """The port BundleBook over the published bundles.

    list_versions: the versions of a profile and when each was uploaded (ms), in any order.
    """

    def __init__(self, bundles: PublishedBundles, list_versions: ListVersions) -> None:
        self._bundles = bundles
        self._list_versions = list_versions
        self._limit = asyncio.Semaphore(READS_AT_ONCE)

    async def look(self, profile: Profile) -> BundleOverview:
        content = await self._bundles.read_active(profile)
        card, refused = await self._read_card(content, profile)
        active = parse_active(content or b"")
        found = sorted(
            (Published(version, at) for version, at in await self._list_versions(profile.name)),
            key=lambda each: (each.uploaded_at, each.version),
            reverse=True,
        )
        return BundleOverview(
            card=card,
            refused=refused,
            previous=None if active.previous is None else active.previous.version,
            rolled_back=active.rolled_back,
            published=await asyncio.gather(
                *(self._judge(profile, each) for each in found[:MOST_SHOWN])
            ),
            cut=len(found) > MOST_SHOWN,
        )

    async def _judge(self, profile: Profile, published: Published) -> Published:
        async with self._limit:
            try:
                verdict = await self._bundles.read_verdict(profile, published.version)
            except InvalidBundleError as error:
                log.warning("A version is shown without its verdict: %s", error)
                return published
        return replace(published, verdict=verdict)

    async def _read_card(
        self, content: bytes | None, profile: Profile
    ) -> tuple[Card | None, str | None]:
        """What is said of the active bundle is believed only where its hash vouches for it."""
        try:
            _, named = self._bundles.check_active(content, profile)
            description = await self._bundles.read_description(profile, named)
            parse_bundle(description, profile)
        except InvalidBundleError as error:
            return None, str(error)
        return parse_card(description), None
