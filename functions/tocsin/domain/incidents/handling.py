"""What people did about an incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OURSELVES = "tocsin"  # who closed what nobody had to
State = Literal["unacknowledged", "acknowledged", "closed"]


@dataclass(frozen=True, slots=True)
class Handling:
    """``by``, ``at`` (ms): whoever brought it into this state; None while nobody did.

    forced: closed although it was active. What belongs to the same fault goes on to join it, and
        nobody is told again.
    """

    state: State = "unacknowledged"
    by: str | None = None
    at: int | None = None
    forced: bool = False

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"
