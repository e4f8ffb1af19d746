"""Mistakes made on purpose in copies of the Bicep files: each is found, and called by its name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.unit.infra.compilers import BicepError, find_errors, need_reader
from tests.unit.infra.deployment import read_deployment
from tests.unit.infra.mistakes import MISTAKES, Mistake
from tests.unit.infra.rules.containers import Container
from tests.unit.infra.rules.every import list_rules


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found(
    name: str, tmp_path: Path, local_containers: frozenset[Container]
) -> None:
    need_reader()
    mistake = MISTAKES[name]
    folder = _copy_with(mistake, tmp_path) / "bicep"
    found = _find_faults(folder, mistake.environment, local_containers)
    # What keeps nothing from being deployed, the checker may still know to be wrong.
    found = found or [find_errors(folder)]
    assert any(mistake.says in fault for fault in found), found


def test_there_are_mistakes_of_every_kind() -> None:
    assert len(MISTAKES) >= 15


def test_without_a_mistake_the_copy_is_sound(
    tmp_path: Path, local_containers: frozenset[Container]
) -> None:
    need_reader()
    folder = tmp_path / "infra"
    shutil.copytree(ROOT / "infra", folder)
    assert _find_faults(folder / "bicep", "dev", local_containers) == []


def _copy_with(mistake: Mistake, tmp_path: Path) -> Path:
    folder = tmp_path / "infra"
    shutil.copytree(ROOT / "infra", folder)
    path = folder / mistake.file
    text = path.read_text(encoding="utf-8")
    assert mistake.old in text, "the files have changed: make this mistake anew"
    path.write_text(text.replace(mistake.old, mistake.new, 1), encoding="utf-8")
    return folder


def _find_faults(folder: Path, environment: str, local: frozenset[Container]) -> list[str]:
    try:
        deployment = read_deployment(environment, folder)
    except BicepError as error:
        return [str(error)]
    faults: list[str] = []
    for name, rule in list_rules(local).items():
        try:
            faults += list(rule(deployment))
        except (LookupError, ValueError) as error:
            # A rule that cannot find what it looks at has found a fault too.
            faults.append(f"{name}: {error!r}")
    return faults
