"""A span: one step of a trace, with its time and what it was about. Never what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tocsin.domain.tracing.place import Place

# "consumer": a function that something was handed to; "producer": handing it on.
Kind = Literal["consumer", "producer", "internal"]
Attribute = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Span:
    """began_ns, ended_ns: since the epoch. parent: None where the trace begins. links: places in
    other traces that it is a part of, too."""

    name: str
    kind: Kind
    place: Place
    parent: Place | None
    began_ns: int
    ended_ns: int
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    links: Sequence[Place] = ()
    is_failed: bool = False


@dataclass(frozen=True, slots=True)
class Invocation:
    """The run of a function that does the work: its id, and its place in the host's own trace."""

    function: str
    invocation_id: str
    place: Place | None = None


class Stopwatch:
    """The times of what is done one after the other. *now_ns*: the clock (ns since the epoch)."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self.began_ns = now_ns()
        self.laps: list[tuple[str, int, int]] = []

    def lap(self, name: str) -> None:
        """What came since the last lap was *name*."""
        began_ns = self.laps[-1][2] if self.laps else self.began_ns
        self.laps.append((name, began_ns, self._now_ns()))
