"""What quietens an incident: it is seen by whoever looks, and announced to nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shelf:
    """An operator has put the incident aside.

    until: when the shelf ends (ms, our clock). once: it also ends as soon as the incident clears.
    """

    by: str
    at: int
    until: int
    once: bool = False


@dataclass(frozen=True, slots=True)
class Suppression:
    """``windows``: ids of the maintenance windows that hold it, only while they hold all of its
    active devices; with ``out_of_service`` those of devices that were taken out of service."""

    shelf: Shelf | None = None
    windows: tuple[str, ...] = ()
    out_of_service: tuple[str, ...] = ()
    flapping: bool = False

    @property
    def is_held(self) -> bool:
        return bool(self.reasons)

    @property
    def reasons(self) -> tuple[str, ...]:
        found = {
            "shelved": self.shelf is not None,
            "maintenance": bool(self.windows),
            "out of service": bool(self.out_of_service),
            "flapping": self.flapping,
        }
        return tuple(name for name, holds in found.items() if holds)
