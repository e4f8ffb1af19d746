"""The latest activations, in memory."""

from __future__ import annotations

from tocsin.domain.errors import DeliveryError


class FakeActivations:
    """The port Activations. ``away`` makes every call fail."""

    def __init__(self) -> None:
        self.latest: dict[str, int] = {}
        self.away = False

    async def find_latest(self, profile: str) -> int:
        self._reach()
        return self.latest.get(profile, 0)

    async def keep_latest(self, profile: str, at: int) -> None:
        self._reach()
        self.latest[profile] = max(at, self.latest.get(profile, 0))

    def _reach(self) -> None:
        if self.away:
            raise DeliveryError("the database is away")
