"""What each process of a run uses, read from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Usage:
    """One process at one moment. ``cpu_s`` since it started; ``rss_mb`` is what it has in memory,
    shared pages included."""

    name: str
    process: int
    cpu_s: float
    rss_mb: float
    threads: int
    descriptors: int


@dataclass(frozen=True, slots=True)
class _Stat:
    parent: int
    cpu_s: float
    threads: int
    rss_mb: float


def measure_usage(
    roots: Mapping[str, int], proc: Path = PROC, *, known: dict[int, str] | None = None
) -> list[Usage]:
    """The usage of each root (process id by name) and of its descendants, which are called NAME/1,
    NAME/2 in the order of their ids. *known* keeps their names (by process id) from one call to the
    next, since the others' places change when one of them ends."""
    known = {} if known is None else known
    found = {process: stat for process in _list_processes(proc) if (stat := _read(process, proc))}
    families = {
        name: [root, *sorted(_find_descendants(root, found, set(roots.values())))]
        for name, root in roots.items()
    }
    return [
        Usage(
            name=name if process == roots[name] else _name(process, name, known),
            process=process,
            cpu_s=stat.cpu_s,
            rss_mb=stat.rss_mb,
            threads=stat.threads,
            descriptors=_count_descriptors(process, proc),
        )
        for name, family in families.items()
        for process in family
        if (stat := found.get(process)) is not None
    ]


def _name(process: int, root: str, known: dict[int, str]) -> str:
    if process not in known:
        named = sum(name.startswith(f"{root}/") for name in known.values())
        known[process] = f"{root}/{named + 1}"
    return known[process]


def _list_processes(proc: Path) -> Iterator[int]:
    return (int(entry.name) for entry in proc.iterdir() if entry.name.isdecimal())


def _find_descendants(root: int, found: Mapping[int, _Stat], others: set[int]) -> list[int]:
    """All below *root* but for *others*, which are counted under their own names."""
    below = [
        process for process, stat in found.items() if stat.parent == root and process not in others
    ]
    return [*below, *(deep for child in below for deep in _find_descendants(child, found, others))]


def _read(process: int, proc: Path) -> _Stat | None:
    """None for one that has ended. The fields are those of proc(5)."""
    try:
        text = (proc / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name of the program, in brackets, may hold anything.
    fields = text[text.rindex(")") + 2 :].split()
    if fields[0] == "Z":
        return None
    return _Stat(
        parent=int(fields[1]),
        cpu_s=(int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
        threads=int(fields[17]),
        rss_mb=int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6,
    )


def _count_descriptors(process: int, proc: Path) -> int:
    with suppress(OSError):
        return sum(1 for _ in (proc / str(process) / "fd").iterdir())
    return 0
