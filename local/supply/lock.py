"""``python -m local lock``: the locks made again from what people wrote down.

uv resolves for every Python and system at once, so one file serves all; pip-tools makes a file for
the Python and the system that it runs on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement

from local.setup import locks
from local.supply.locked import PYTHONS, read_lock
from local.supply.pins import read_requirements
from local.supply.stale import list_stale

TIMEOUT_S = 300


class LockError(RuntimeError):
    """A lock could not be made; the text says what to do."""


def make_locks(*, upgrade: bool) -> list[str]:
    """Write the locks; what is locked already stays as it is, unless *upgrade* raises it.

    Returns what is still wrong with them. Raises LockError when an index has no such release or
    cannot be asked.
    """
    dev = _name(locks.DEV)
    requirements = "functions/requirements.txt"
    _compile(locks.DEV, "--group", "dev", requirements, *(["--upgrade"] if upgrade else []))
    _compile(locks.FUNCTIONS, "--constraints", dev, requirements)
    _compile(locks.BUILD, "--constraints", dev, "--group", "build")
    torch = [pin for pin in read_requirements() if pin.name == "torch"]
    text = f"# Made by: {_COMMAND}\n" + "".join(map(_lock_torch, torch))
    locks.TORCH.write_text(text, encoding="utf-8")
    return list_stale()


_COMMAND = "python -m local lock"
_UNIVERSAL = (
    "--universal", "--python-version", PYTHONS[0], "--fork-strategy", "fewest",
    "--generate-hashes", "--quiet",
)  # fmt: skip


def _compile(lock: Path, *arguments: str) -> None:
    # pyproject.toml states what torch requires, for a version without a build's label.
    override = "".join(f"torch=={version}\n" for version in _find_torch_versions())
    _run_uv(
        *_UNIVERSAL, "--no-emit-package", "torch", "--overrides", "-",
        "--custom-compile-command", _COMMAND, "--output-file", _name(lock), *arguments,
        text=override,
    )  # fmt: skip


def _find_torch_versions() -> set[str]:
    pins = [pin for pin in read_requirements() if pin.name == "torch"]
    return {str(pin.specifier).removeprefix("==").partition("+")[0] for pin in pins}


def _lock_torch(pin: Requirement) -> str:
    """The lines for one pin; those there are where the CPU index cannot be asked."""
    on_cpu_index = "+cpu" in str(pin.specifier)
    index = ["--default-index", locks.CPU_INDEX] if on_cpu_index else []
    try:
        return _run_uv(*_UNIVERSAL, "--no-deps", "--no-header", "--no-annotate", *index, "-",
                       text=f"{pin}\n")  # fmt: skip
    except LockError as error:
        former = _find_former(pin) if on_cpu_index else None
        if former is None:
            raise
        print(f"  {locks.CPU_INDEX} could not be asked; {pin.name}{pin.specifier} keeps the hashes "
              f"it had ({str(error).splitlines()[-1].strip()})", file=sys.stderr)  # fmt: skip
        return former


def _find_former(pin: Requirement) -> str | None:
    if not locks.TORCH.exists():
        return None
    for entry in read_lock(locks.TORCH):
        if f"=={entry.version}" == str(pin.specifier) and str(entry.marker) == str(pin.marker):
            lines = [str(pin), *(f"    --hash=sha256:{found}" for found in entry.hashes)]
            return " \\\n".join(lines) + "\n"
    return None


def _name(path: Path) -> str:
    """The path as the locks may say it: within the checkout, the same on every machine."""
    return path.relative_to(locks.ROOT).as_posix()


def _run_uv(*arguments: str, text: str) -> str:
    command: Sequence[str] = [sys.executable, "-m", "uv", "pip", "compile", *arguments]
    try:
        done = subprocess.run(
            command, cwd=locks.ROOT, input=text, capture_output=True, text=True, check=False,
            timeout=TIMEOUT_S, env={**os.environ, "UV_HTTP_TIMEOUT": "60"},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise LockError(f"uv took longer than {TIMEOUT_S} s") from error
    if done.returncode != 0:
        raise LockError(done.stderr.strip() or f"uv ended with {done.returncode}")
    return done.stdout
