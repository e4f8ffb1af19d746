"""What a run tells the person at the terminal while it works."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import track

from ml_model.recording import Recording


def track_recordings(
    recordings: Sequence[Recording], what: str, console: Console
) -> Iterable[Recording]:
    """Each recording in turn, under a progress bar where there is a terminal to draw it on."""
    return track(recordings, what, console=console, transient=True, disable=not console.is_terminal)


def print_remarks(console: Console, *remarks: str) -> None:
    for remark in remarks:
        console.print(remark, style="yellow", markup=False, highlight=False)


def print_line(console: Console, line: str) -> None:
    """A line with paths and commands in it: as it is, however long, so that it can be copied."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)
