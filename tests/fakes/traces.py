"""Traces that are kept in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.domain.tracing.span import Span


@dataclass
class FakeTraces:
    """The port Traces; nothing is traced before ``share`` is above 0."""

    share: float = 0.0
    spans: list[Span] = field(default_factory=list)

    def record(self, spans: Sequence[Span]) -> None:
        self.spans += spans
