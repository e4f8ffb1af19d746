"""A small disk, and how to fill it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = b"\0" * 65_536


class NoSmallDiskError(RuntimeError):
    """This machine lets the benchmark make no small disk."""


@contextmanager
def small_disk(folder: Path, *, mebibytes: int) -> Iterator[Path]:
    """*folder* as a disk of its own, in memory. Raises NoSmallDiskError where that takes rights
    that the process has not."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise NoSmallDiskError("a small disk can be made on Linux only, by root")
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        raise NoSmallDiskError(f"no small disk: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Write *ballast* until not one byte more fits on its disk."""
    with ballast.open("wb", buffering=0) as file:
        for size in (len(BLOCK), 512, 1):
            while _writes(file.fileno(), BLOCK[:size]):
                pass


def _writes(file: int, content: bytes) -> bool:
    try:
        return os.write(file, content) == len(content)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False
