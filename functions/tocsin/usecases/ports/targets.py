"""What judging scores needs to know of false alerts."""

from __future__ import annotations

from typing import Protocol

from tocsin.domain.judging.alert_targets import AlertTargets


class TargetBook(Protocol):
    """How many false alerts are accepted."""

    async def current(self) -> AlertTargets:
        """What is in force, as it was half a minute ago at most."""
        ...
