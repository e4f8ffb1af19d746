"""Whether the locks still are what pyproject.toml and requirements.txt ask for; asks no index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.setup import locks
from local.supply.locked import PYTHONS, SYSTEMS, Locked, describe_environment, read_lock
from local.supply.pins import find_stated_torch, read_group, read_requirements


def list_stale() -> list[str]:
    """What is wrong with the committed locks, one sentence each; empty: they can be installed."""
    functions = read_requirements()
    torch = [pin for pin in functions if pin.name == "torch"]
    others = [pin for pin in functions if pin.name != "torch"]
    lines = []
    for path, pins in (
        (locks.BUILD, read_group("build")),
        (locks.TORCH, torch),
        (locks.DEV, [*read_group("dev"), *others]),
        (locks.FUNCTIONS, others),
    ):
        differences = [*compare(pins, read_lock(path)), *find_unhashed(read_lock(path))]
        lines += [f"{path.name}: {difference}" for difference in dict.fromkeys(differences)]
    return [*lines, *_find_astray(), *_compare_stated_torch(torch)]


def compare(pins: Sequence[Requirement], lock: Sequence[Locked]) -> Iterator[str]:
    """Where a lock and the pins that it was made from differ, for every Python and system."""
    for python, system in product(PYTHONS, SYSTEMS):
        environment = describe_environment(python, system)
        wanted: set[tuple[str, str]] = {
            (canonicalize_name(pin.name), str(pin.specifier).removeprefix("=="))
            for pin in pins
            if pin.marker is None or pin.marker.evaluate(dict(environment))
        }
        found = _choose(lock, environment)
        asked = {(entry.name, entry.version) for entry in found if entry.direct}
        for name, version in sorted(wanted - {(entry.name, entry.version) for entry in found}):
            yield f"{name} {version} is asked for and not locked (Python {python}, {system})"
        for name, version in sorted(asked - wanted):
            yield f"{name} {version} is locked and not asked for (Python {python}, {system})"


def find_unhashed(lock: Iterable[Locked]) -> Iterator[str]:
    """Releases that would be installed whatever a server hands out."""
    for entry in lock:
        if not entry.hashes:
            yield f"{entry.name} {entry.version} has no hash"


def _choose(lock: Iterable[Locked], environment: Mapping[str, str]) -> list[Locked]:
    return [entry for entry in lock if entry.applies(environment)]


def _find_astray() -> Iterator[str]:
    """Releases that would be deployed or build others, and are not the ones that tests run on."""
    tested = {(entry.name, entry.version) for entry in read_lock(locks.DEV)}
    for path in (locks.FUNCTIONS, locks.BUILD):
        for entry in read_lock(path):
            if (entry.name, entry.version) not in tested:
                yield f"{path.name}: {entry.name} {entry.version} is not what dev.txt has"


def _compare_stated_torch(pins: Iterable[Requirement]) -> Iterator[str]:
    stated, _ = find_stated_torch()
    for pin in pins:
        if not pin.specifier.contains(stated) and f"=={stated}+cpu" != str(pin.specifier):
            yield (
                f"pyproject.toml states what torch {stated} requires ([[tool.uv.dependency-metadata"
                f"]]); requirements.txt asks for torch{pin.specifier}"
            )
