"""References of the active bundles, kept for minutes: each alert asks for its profile's."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.domain.models.drift import Reference
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.operators import References

REFRESH_S = 300.0


class KnownReferences:
    """The port References, over another of the same port."""

    def __init__(self, references: References, *, clock_s: Callable[[], float]) -> None:
        self._references = references
        self._clock_s = clock_s
        self._known: dict[str, tuple[float, tuple[str, Reference]]] = {}

    async def active(self, profile: Profile) -> tuple[str, Reference]:
        now_s = self._clock_s()
        due_s, known = self._known.get(profile.name, (0.0, None))
        if known is None or now_s >= due_s:
            known = await self._references.active(profile)
            self._known[profile.name] = now_s + REFRESH_S, known
        return known
