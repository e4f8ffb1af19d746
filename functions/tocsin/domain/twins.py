"""What the hub keeps of a device, as far as planning its site is concerned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
