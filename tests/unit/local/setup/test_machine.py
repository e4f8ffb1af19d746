"""What is missing is said in one plain sentence, before anything is installed."""

from __future__ import annotations

import ast
import dataclasses
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from local.setup.machine import (
    PYTHON_BELOW,
    PYTHON_FROM,
    Machine,
    MachineError,
    check_machine,
    inspect_machine,
)
from tests.paths import ROOT

GOOD = Machine(python=(3, 12, 1), makes_environments=True, node="v22.3.0", npm=True)


def find_none() -> None:
    """There is no other Python."""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"python": (3, 8, 18)}, r"Python 3\.11 to 3\.13 is needed; this is 3\.8\.18"),
        ({"python": (3, 14, 0)}, r"Python 3\.11 to 3\.13 is needed; this is 3\.14\.0"),
        ({"python": (3, 15, 0)}, r"python\.org.*PYTHON=python3\.13"),
        ({"makes_environments": False}, r"lacks ensurepip.*apt install python3\.12-venv"),
        ({"node": None}, r"Node\.js 20\.15 or newer with npm.*nodejs\.org"),
        ({"npm": False}, r"with npm is needed"),
        ({"node": "v18.19.1"}, r"this is v18\.19\.1: install a newer one from https://nodejs\.org"),
        ({"node": "v20.14.0"}, r"this is v20\.14\.0"),
        ({"node": "Welcome to Node"}, r"this is Welcome to Node"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_the_fix(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(MachineError, match=words) as told:
        check_machine(
            dataclasses.replace(GOOD, **changes), needs_environment=True, find_python=find_none
        )
    assert "\n" not in str(told.value)


def test_another_python_on_the_search_path_is_named() -> None:
    machine = dataclasses.replace(GOOD, python=(3, 14, 0))
    with pytest.raises(MachineError, match=r"python3\.12 too: make setup PYTHON=python3\.12"):
        check_machine(machine, needs_environment=True, find_python=lambda: "python3.12")


@pytest.mark.parametrize("node", ["v20.15.0", "v22.0.0", "v25.1.0-nightly20251101"])
@pytest.mark.parametrize("python", [(3, 11, 0), (3, 12, 9), (3, 13, 0)])
def test_what_is_supported_passes(python: tuple[int, ...], node: str) -> None:
    machine = dataclasses.replace(GOOD, python=python, node=node)
    check_machine(machine, needs_environment=True, find_python=find_none)


def test_who_has_an_environment_needs_to_make_none() -> None:
    machine = dataclasses.replace(GOOD, makes_environments=False)
    check_machine(machine, needs_environment=False, find_python=find_none)


def test_this_machine_is_looked_at() -> None:
    assert inspect_machine().python == sys.version_info[:3]


def test_the_versions_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    first, below = (".".join(map(str, version)) for version in (PYTHON_FROM, PYTHON_BELOW))
    assert project["requires-python"] == f">={first},<{below}"


def test_the_set_up_starts_on_an_old_python_without_any_package() -> None:
    script = (
        "import sys; import local.__main__; print(*sorted({"
        "module.__file__ for name, module in sys.modules.items() if name.split('.')[0] == 'local'"
        "} - {None})); print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    answer = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    ours, modules = (line.split() for line in answer.stdout.splitlines())
    assert len(ours) > 5
    for path in ours:
        source = Path(path).read_text(encoding="utf-8")
        ast.parse(source, filename=path, feature_version=(3, 8))
    assert set(modules) - sys.stdlib_module_names <= {"__main__", "local", "sitecustomize"}
