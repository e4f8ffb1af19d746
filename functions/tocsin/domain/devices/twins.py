"""What the hub keeps of a device, as far as planning its site is concerned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.plans.orders import version_of


@dataclass(frozen=True, slots=True)
class Twin:
    """``tags``: as operators set them. ``desired``, ``reported``: the property ``allocation`` on
    either side, None where there is none. All of it comes from outside: nothing in it is trusted.
    """

    device_id: str
    tags: Mapping[str, Any]
    is_enabled: bool = True
    desired: object = None
    reported: object = None

    def has_confirmed(self, version: int) -> bool:
        """Whether the order of that version is the newest it was given, and the device runs it."""
        return version_of(self.desired) == version_of(self.reported) == version
