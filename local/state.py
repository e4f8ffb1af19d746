"""The folder of the services' data: whose it is, who uses it now, and how it is emptied.

A folder is ours if it carries our marker. Nothing is ever removed from one that does not. The
marker also holds the lock of the run that uses the folder, and says which run that is. The lock is
the operating system's: it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

MARKER = ".tocsin-state"
# Windows lets nobody read what is locked, so the lock lies far behind what the file says.
LOCK_AT = 1 << 30


class StateError(RuntimeError):
    """The folder cannot be used; the text says why and what to do."""


class StateInUseError(StateError):
    """Another run is using the folder."""


@contextmanager
def claim_state(folder: Path, **facts: object) -> Iterator[bool]:
    """Have *folder* for this process alone; it is made when it is missing.

    Gives True where the run before was killed: its services may not have ended yet. *facts*
    (name: value) are told to whoever else wants the folder meanwhile. Raises StateError when the
    folder holds what is not ours, StateInUseError while another run uses it.
    """
    check_ours(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        marker = (folder / MARKER).open("a+b", buffering=0)
    except OSError as error:
        raise StateError(f"--state {folder}: cannot be used: {error.strerror}") from error
    with marker:
        if not _lock(marker):
            raise StateInUseError(_describe_user(folder))
        was_killed = "process" in _load_facts(folder)
        _write(
            marker, {"process": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S"), **facts}
        )
        try:
            yield was_killed
        finally:
            with suppress(OSError):  # a full disk is not what the run should be remembered for
                _write(marker, {})


def check_ours(folder: Path) -> None:
    """Raise StateError unless *folder* carries our marker, is empty or does not exist."""
    if (folder / MARKER).is_file():
        return
    try:
        foreign = next(folder.iterdir(), None)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StateError(f"--state {folder}: not a folder to use: {error.strerror}") from error
    if foreign is not None:
        raise StateError(
            f"--state {folder}: holds what this program did not make ({foreign.name}); nothing was "
            f"touched. Name a new folder, or empty this one yourself if its content can go"
        )


def empty_state(folder: Path) -> None:
    """Remove everything from a claimed folder but its marker."""
    for path in folder.iterdir():
        if path.name == MARKER:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _describe_user(folder: Path) -> str:
    facts = _load_facts(folder)
    process, since = facts.pop("process", "unknown"), facts.pop("since", "a moment ago")
    rest = "".join(f"; {name} {value}" for name, value in facts.items())
    return (
        f"another run is using {folder}: process {process}, since {since}{rest}. Stop it first "
        f"(Ctrl-C in its terminal, or: kill {process}), or run beside it with another folder and "
        f"address: make demo STATE=.local/second ADDRESS=127.0.0.2"
    )


def _load_facts(folder: Path) -> dict[str, object]:
    try:
        return dict(json.loads((folder / MARKER).read_text(encoding="utf-8")))
    except ValueError:  # it is new, or being written just now
        return {}


def _write(marker: FileIO, facts: Mapping[str, object]) -> None:
    marker.seek(0)
    marker.truncate()
    marker.write(json.dumps(facts).encode() + b"\n")


def _lock(marker: FileIO) -> bool:
    """Lock *marker* until it is closed; False when another process has."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 (only there)

            marker.seek(LOCK_AT)
            msvcrt.locking(marker.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 (only elsewhere)

            fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
