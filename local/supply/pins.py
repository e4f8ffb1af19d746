"""The direct dependencies, as people write them down: pyproject.toml and the app's requirements."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.dependency_groups import resolve_dependency_groups
from packaging.requirements import Requirement

from local.setup.locks import ROOT

PYPROJECT = ROOT / "pyproject.toml"
REQUIREMENTS = ROOT / "functions/requirements.txt"


def read_group(name: str, pyproject: Path = PYPROJECT) -> list[Requirement]:
    """What a dependency group of *pyproject* asks for, the groups in it included."""
    groups = tomllib.loads(pyproject.read_text(encoding="utf-8"))["dependency-groups"]
    return [Requirement(line) for line in resolve_dependency_groups(groups, name)]


def read_requirements(requirements: Path = REQUIREMENTS) -> list[Requirement]:
    """What the function app asks for."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def find_stated_torch(pyproject: Path = PYPROJECT) -> tuple[str, list[Requirement]]:
    """The version of torch whose requirements pyproject.toml states for uv, and these."""
    stated = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["uv"]
    torch = next(entry for entry in stated["dependency-metadata"] if entry["name"] == "torch")
    return torch["version"], [Requirement(line) for line in torch["requires-dist"]]
