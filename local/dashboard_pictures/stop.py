"""Where pictures are taken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """Where pictures are taken: the demo, and what of it is in the middle of them.

    device: one that is or was in alert. incident: its id.
    """

    address: str
    site: str
    device: str
    incident: str
