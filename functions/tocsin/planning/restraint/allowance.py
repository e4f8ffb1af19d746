"""What a site may still be moved, by its limits and by what was moved lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MANY = 10**9


@dataclass(frozen=True, slots=True)
class Allowance:
    """moves: in this run. gains: by device, tasks that it may still be given; any number where it
    is not named. economy: whether tasks may move though none is late, for watts and balance.
    doubt: a share by which estimated answers are taken for longer.
    """

    moves: int = MANY
    gains: Mapping[str, int] = field(default_factory=dict)
    economy: bool = True
    doubt: float = 0.0
