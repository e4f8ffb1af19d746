"""What a source of recordings gives, wherever they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console

from ml_model.recording import Recording
from tocsin.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Recorded:
    """Recordings, a hash of what they were read from, and remarks a person should see."""

    recordings: Sequence[Recording]
    sha256: str
    remarks: tuple[str, ...] = ()


class Source(Protocol):
    """Where recordings come from. ``flags`` name it on the command line, without folders."""

    @property
    def flags(self) -> str: ...

    def read(self, profile: Profile, console: Console) -> Recorded:
        """Read everything, with a progress bar. Raises TocsinError in one line."""
        ...
