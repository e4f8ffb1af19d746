"""The Node packages in a lock of npm."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.setup import locks

FOLDER = "node_modules/"
DASHBOARD = locks.ROOT / "dashboard"
# Those of the dashboard end up in the page; those of `local` stay on a laptop.
FOLDERS = (locks.ROOT / "local", DASHBOARD)


@dataclass(frozen=True, slots=True)
class NodePackage:
    """One release. ``sha512``: of its archive, in hex. ``wants``: names of what it requires, as far
    as that is locked. ``direct``: whether we ask for it ourselves."""

    name: str
    version: str
    sha512: str
    wants: tuple[str, ...]
    direct: bool


def count_locked(folder: Path) -> int:
    """How many releases the lock in *folder* names."""
    return sum(1 for path in _read(folder)["packages"] if path)  # the empty path is ourselves


def list_shipped(folder: Path) -> list[NodePackage]:
    """What a build of *folder* may put into its output: all but the tools, by name."""
    packages: dict[str, Any] = _read(folder)["packages"]
    shipped = {
        path.removeprefix(FOLDER): entry
        for path, entry in packages.items()
        if path and not entry.get("dev")
    }
    return [
        NodePackage(
            name=name,
            version=entry["version"],
            sha512=base64.b64decode(entry["integrity"].removeprefix("sha512-")).hex(),
            wants=tuple(sorted(shipped.keys() & entry.get("dependencies", {}).keys())),
            direct=name in packages[""].get("dependencies", {}),
        )
        for name, entry in sorted(shipped.items())
    ]


def _read(folder: Path) -> dict[str, Any]:
    lock: dict[str, Any] = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    return lock
