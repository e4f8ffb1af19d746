"""What a machine must have before anything can be installed.

This runs on whatever Python somebody happens to have, so it parses on 3.8 and imports the
standard library only.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

PYTHON_FROM, PYTHON_BELOW = (3, 11), (3, 14)  # as requires-python in pyproject.toml
NODE_FROM = (20, 15)
NODE_HINT = "install a newer one from https://nodejs.org (or: nvm install 22), then try again"


class MachineError(RuntimeError):
    """The machine lacks something that this program cannot install; the text names the fix."""


@dataclass(frozen=True)  # no slots: they came with 3.10
class Machine:
    """What counts of a machine.

    - ``python``: the version of this interpreter, (3, 11, 4).
    - ``makes_environments``: whether this Python can make a virtual environment with pip in it.
    - ``node``: what ``node --version`` says (v20.15.0), None where there is none; ``npm``: whether
      there is one.
    """

    python: tuple[int, ...]
    makes_environments: bool
    node: str | None
    npm: bool


def check_machine(
    machine: Machine,
    *,
    needs_environment: bool,
    find_python: Callable[[], str | None],
) -> None:
    """Raise MachineError with one plain sentence about the first thing that is missing.

    *needs_environment*: there is no virtual environment of this Python yet. *find_python* names a
    Python on the search path that would do, if there is one; it is asked only if this one does not.
    """
    if not PYTHON_FROM <= machine.python[:2] < PYTHON_BELOW:
        raise MachineError(_describe_python(machine.python, find_python()))
    if needs_environment and not machine.makes_environments:
        version = _join(machine.python[:2])
        raise MachineError(
            f"this Python {version} cannot make virtual environments (it lacks ensurepip); on "
            f"Debian and Ubuntu: sudo apt install python{version}-venv (or python3-venv); "
            "elsewhere install Python from https://python.org"
        )
    if machine.node is None or not machine.npm:
        raise MachineError(
            f"Node.js {_join(NODE_FROM)} or newer with npm is needed and not on the search path; "
            "install it from https://nodejs.org (or: nvm install 22)"
        )
    if _parse_version(machine.node) < NODE_FROM:
        raise MachineError(
            f"Node.js {_join(NODE_FROM)} or newer is needed; this is {machine.node}: {NODE_HINT}"
        )


def inspect_machine() -> Machine:
    """Look at this machine."""
    modules = ("venv", "ensurepip")
    return Machine(
        python=tuple(sys.version_info[:3]),
        makes_environments=all(importlib.util.find_spec(name) is not None for name in modules),
        node=_ask(shutil.which("node"), "--version"),
        npm=shutil.which("npm") is not None,
    )


def _describe_python(python: tuple[int, ...], other: str | None) -> str:
    last = (PYTHON_BELOW[0], PYTHON_BELOW[1] - 1)
    text = f"Python {_join(PYTHON_FROM)} to {_join(last)} is needed; this is {_join(python)}"
    if other is not None:
        return f"{text}; there is {other} too: make setup PYTHON={other}"
    return (
        f"{text}; install one from https://python.org and name it: "
        f"make setup PYTHON=python{_join(last)}"
    )


def find_other_python() -> str | None:
    """The name of a Python on the search path that would do, the newest first."""
    for minor in range(PYTHON_BELOW[1] - 1, PYTHON_FROM[1] - 1, -1):
        name = f"python3.{minor}"
        # Asked, since version managers put names on the path that only print a complaint.
        if _ask(shutil.which(name), "--version") is not None:
            return name
    return None


def _ask(program: str | None, question: str) -> str | None:
    """What *program* prints, None when there is none or it fails."""
    if program is None:
        return None
    try:
        answer = subprocess.run([program, question], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def _parse_version(text: str) -> tuple[int, ...]:
    """The numbers of v20.15.0-nightly; what is no number ends them."""
    numbers = []
    for part in text.lstrip("v").split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


def _join(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
