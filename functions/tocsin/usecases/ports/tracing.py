"""What tracing needs from outside: somewhere to send spans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tocsin.domain.tracing.span import Span


class Traces(Protocol):
    """Where traces are kept.

    ``share``: of the messages that are traced, from 0 to 1; where it is 0, nothing is recorded.
    """

    @property
    def share(self) -> float: ...

    def record(self, spans: Sequence[Span]) -> None:
        """Have *spans* sent later; returns at once, and raises nothing: what cannot be sent is
        dropped, and the log says so."""
        ...
