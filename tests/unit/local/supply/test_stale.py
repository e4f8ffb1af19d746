"""The committed locks are what people wrote down; a lock that is not is told from one that is."""

from __future__ import annotations

import importlib.metadata
import json
import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.setup import locks
from local.supply.locked import PYTHONS, Locked, read_lock
from local.supply.pins import find_stated_torch, read_group, read_requirements
from local.supply.stale import compare, find_unhashed, list_stale
from tests.paths import ROOT

LOCKS = sorted(locks.LOCKS.glob("*.txt"))


def lock_release(name: str, version: str, *, direct: bool = True) -> Locked:
    return Locked(name, version, None, ("0" * 64,), (), direct)


def test_the_committed_locks_fit() -> None:
    assert list_stale() == []


@pytest.mark.parametrize(
    ("pins", "lock", "words"),
    [
        (["lamp==2"], [lock_release("lamp", "1")], r"lamp 2 is asked for and not locked"),
        (["lamp==2"], [lock_release("lamp", "1")], r"lamp 1 is locked and not asked for"),
        (["lamp==1", "pole==1"], [lock_release("lamp", "1")], r"pole 1 is asked for"),
        ([], [lock_release("lamp", "1")], r"lamp 1 is locked and not asked for"),
        (
            ["lamp==1; python_version < '3.13'"],
            [lock_release("lamp", "1")],
            r"lamp 1 is locked and not asked for \(Python 3\.13, darwin\)",
        ),
    ],
)  # fmt: skip
def test_what_no_longer_fits_is_named(pins: list[str], lock: list[Locked], words: str) -> None:
    assert any(re.search(words, line) for line in compare(list(map(Requirement, pins)), lock))


def test_what_others_ask_for_is_no_pin() -> None:
    lock = [lock_release("lamp", "1"), lock_release("wick", "1", direct=False)]
    assert list(compare([Requirement("Lamp==1")], lock)) == []


def test_a_release_without_a_hash_is_named() -> None:
    bare = Locked("lamp", "1", None, (), (), direct=True)
    assert list(find_unhashed([bare])) == ["lamp 1 has no hash"]


def test_every_direct_dependency_is_exact() -> None:
    for pin in [*read_group("dev"), *read_requirements()]:
        assert re.fullmatch(r"==[^*,]+", str(pin.specifier)), pin


def test_every_python_of_the_project_is_locked_for() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={PYTHONS[0]},<3.{int(PYTHONS[-1][2:]) + 1}"' in pyproject


def test_torch_is_the_cpu_build_and_brings_no_cuda() -> None:
    names = {entry.name for path in LOCKS for entry in read_lock(path)}
    assert not [name for name in names if name.startswith(("nvidia", "cuda", "triton"))]
    (linux,) = [entry for entry in read_lock(locks.TORCH) if "==" in str(entry.marker)]
    assert str(linux.marker) == 'sys_platform == "linux"'
    assert linux.version.endswith("+cpu")  # PyPI takes no such version: nothing can stand in for it
    # x86_64 and aarch64
    assert len(linux.hashes) >= 2 * len(PYTHONS)


def test_what_torch_requires_is_stated_as_torch_states_it() -> None:
    _, stated = find_stated_torch()
    installed = map(Requirement, importlib.metadata.requires("torch") or [])
    required = {str(entry) for entry in installed if entry.marker is None}
    assert {str(entry) for entry in stated} == required


def test_locks_name_no_host() -> None:
    for path in LOCKS:
        assert "://" not in path.read_text(encoding="utf-8"), path


def test_only_the_named_release_comes_as_source() -> None:
    # A wheel's lock has a hash for each file; that release has the one of its source.
    (built,) = [entry for entry in read_lock(locks.DEV) if entry.name == locks.BUILT_FROM_SOURCE]
    assert len(built.hashes) == 1
    assert canonicalize_name(built.name) not in {e.name for e in read_lock(locks.FUNCTIONS)}


def test_every_node_package_has_its_hash() -> None:
    lock = json.loads((ROOT / "local/package-lock.json").read_text(encoding="utf-8"))
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert packages
    assert not [path for path, entry in packages.items() if "integrity" not in entry]
