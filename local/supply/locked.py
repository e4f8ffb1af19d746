"""The locks, read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHONS = ("3.11", "3.12", "3.13")  # as requires-python in pyproject.toml
_NAMES = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}
SYSTEMS = tuple(_NAMES)

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_ASKED_BY_US = ("-r ", "tocsin ")  # how uv names a requirements file and a dependency group


@dataclass(frozen=True, slots=True)
class Locked:
    """One release in a lock.

    - ``marker``: where it is installed; None: everywhere.
    - ``hashes``: SHA-256 in hex of each file of the release, for every system and Python.
    - ``wanted_by``: canonical names of the releases that require it.
    - ``direct``: whether we ask for it ourselves.
    """

    name: str
    version: str
    marker: Marker | None
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]
    direct: bool

    def applies(self, environment: Mapping[str, str]) -> bool:
        """Whether it is installed there."""
        return self.marker is None or self.marker.evaluate(dict(environment))


def describe_environment(python: str, system: str) -> dict[str, str]:
    """The markers of CPython *python* (3.11) on *system* (linux, darwin, win32)."""
    platform, os_name = _NAMES[system]
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_system": platform,
        "os_name": os_name,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }


def read_lock(path: Path) -> list[Locked]:
    """Every release in a lock that uv made."""
    return list(_parse(path.read_text(encoding="utf-8").splitlines()))


def _parse(lines: Iterable[str]) -> Iterator[Locked]:
    entry: list[str] = []
    for line in lines:
        if line[:1].isalnum() and entry:
            yield _parse_entry(entry)
            entry = []
        # A comment at the margin is about the file, an indented one about the release above it.
        if entry or line[:1].isalnum():
            entry.append(line)
    if entry:
        yield _parse_entry(entry)


def _parse_entry(entry: list[str]) -> Locked:
    requirement = Requirement(entry[0].rstrip("\\ "))
    comments = [line.strip("# ") for line in entry[1:] if line.startswith("    #")]
    asked = [text.removeprefix("via").strip() for text in comments]
    ours = [name for name in asked if name.startswith(_ASKED_BY_US)]
    return Locked(
        name=canonicalize_name(requirement.name),
        version=str(requirement.specifier).removeprefix("=="),
        marker=requirement.marker,
        hashes=tuple(found for line in entry for found in _HASH.findall(line)),
        wanted_by=tuple(name for name in asked if name and " " not in name),
        direct=bool(ours) or not asked,
    )
