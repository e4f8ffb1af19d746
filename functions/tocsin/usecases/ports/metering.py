"""What metering needs from outside: somewhere to add up measurements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tocsin.domain.insights.metering import Measurement


class Meter(Protocol):
    """Where measurements are added up, to be sent now and again.

    ``is_on``: whether anybody keeps them; where nobody does, nothing need be counted.
    """

    @property
    def is_on(self) -> bool: ...

    def record(self, measurements: Iterable[Measurement]) -> None:
        """Returns at once, and raises nothing: what cannot be sent is dropped, and the log says
        so."""
        ...


class _Unmetered:
    """Measurements that nobody keeps."""

    @property
    def is_on(self) -> bool:
        return False

    def record(self, measurements: Iterable[Measurement]) -> None:
        """Nothing is kept; *measurements* that are made one by one are not even made."""


UNMETERED: Meter = _Unmetered()
