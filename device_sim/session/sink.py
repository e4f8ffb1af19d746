"""Where the lines of a run's log go: into files of a folder, or nowhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TextIO

from device_sim.errors import UsageError

SENT = "sent.jsonl"
ALLOCATIONS = "allocations.jsonl"
FAULTS = "faults.jsonl"
SUMMARY = "summary.json"


class Sink(Protocol):
    """Takes the lines of a log, by the name of their file."""

    def append(self, name: str, line: Mapping[str, Any], /) -> None:
        """Add a line to a file that only grows; it is there at once."""

    def replace(self, name: str, content: Sequence[Mapping[str, Any]], /) -> None:
        """Replace a file whole, so that a reader never sees half of it."""

    def close(self) -> None:
        """Nothing more comes."""


class NoSink:
    """A run without a log."""

    def append(self, _name: str, _line: Mapping[str, Any], /) -> None:
        return

    def replace(self, _name: str, _content: Sequence[Mapping[str, Any]], /) -> None:
        return

    def close(self) -> None:
        return


class FolderSink:
    """Writes the files of a folder."""

    def __init__(self, folder: Path) -> None:
        """Make the folder and its growing files, empty. Raises UsageError when it cannot."""
        self._folder = folder
        self._growing: dict[str, TextIO] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in (SENT, ALLOCATIONS):
                self._growing[name] = (folder / name).open("w", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--log {folder}: cannot be written: {error}") from error

    def append(self, name: str, line: Mapping[str, Any]) -> None:
        self._growing[name].write(json.dumps(line, separators=(",", ":")) + "\n")
        self._growing[name].flush()

    def replace(self, name: str, content: Sequence[Mapping[str, Any]]) -> None:
        fresh = self._folder / f"{name}.new"
        indent = 2 if name == SUMMARY else None
        text = "".join(json.dumps(line, indent=indent) + "\n" for line in content)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self._folder / name)

    def close(self) -> None:
        for lines in self._growing.values():
            lines.close()
        self._growing.clear()


def open_sink(folder: Path | None) -> Sink:
    """The sink of ``--log``. Raises UsageError when the folder cannot be written."""
    return NoSink() if folder is None else FolderSink(folder)
