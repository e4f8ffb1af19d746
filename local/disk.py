"""Whether the disk is full: then logs are empty, and errors name whatever was written last."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC})
PROBE = ".room"
PROBE_BYTES = 1 << 20


def is_full(folder: Path) -> bool:
    """Whether *folder*'s disk has no room for one more megabyte, tried by writing it there."""
    probe = folder / PROBE
    try:
        probe.write_bytes(bytes(PROBE_BYTES))
    except OSError as error:
        return means_full(error)
    finally:
        with suppress(OSError):
            probe.unlink()
    return False


def means_full(error: OSError) -> bool:
    """Whether *error* says that there was no room, on the disk or within the user's share of it."""
    return error.errno in NO_ROOM
