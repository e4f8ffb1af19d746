"""Which files of ``functions/`` are deployed."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from pathlib import Path

IGNORES = ".funcignore"
# Whatever .funcignore says, these open something or belong to one machine.
NEVER = ("local.settings.json", ".env", "*.pem")


def list_files(app: Path) -> Iterator[Path]:
    """The files of the app in the folder *app* that are deployed, relative to it, in order."""
    text = (app / IGNORES).read_text(encoding="utf-8")
    patterns = [*NEVER, *(line.strip() for line in text.splitlines() if line.strip())]
    for path in sorted(app.rglob("*")):
        relative = path.relative_to(app)
        if path.is_file() and not any(_is_ignored(relative, pattern) for pattern in patterns):
            yield relative


def _is_ignored(path: Path, pattern: str) -> bool:
    """As in .gitignore, of which .funcignore uses names and wildcards: in any folder."""
    return any(fnmatch.fnmatch(part, pattern.rstrip("/")) for part in path.parts)
