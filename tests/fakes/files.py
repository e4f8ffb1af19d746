"""Files in memory, as a model bundle's reader sees them."""

from __future__ import annotations

from tocsin.domain.errors import DeliveryError


class FakeFiles:
    """``files``: content by path; ``reads``: paths in order.

    ``away`` makes every read fail as a storage does that cannot be reached, ``broken`` as a bug.
    """

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = files or {}
        self.reads: list[str] = []
        self.away = False
        self.broken = False

    async def read(self, path: str) -> bytes | None:
        self.reads.append(path)
        if self.away:
            raise DeliveryError("the storage is away")
        if self.broken:
            raise RuntimeError("nobody expects this")
        return self.files.get(path)

    async def list_versions(self, profile_name: str) -> list[tuple[str, int]]:
        """Every version whose description is there, uploaded at 0."""
        parts = [path.split("/") for path in sorted(self.files)]
        return [
            (part[1], 0)
            for part in parts
            if len(part) == 3 and (part[0], part[2]) == (profile_name, "bundle.json")
        ]
