"""Style, types, layers and locks, one after the other; all run, whatever the first says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence

from local.processes import ROOT


def run_checks() -> int:
    """Run every check and return how many failed."""
    failed = [name for name, command in _list_checks() if not _passes(name, command)]
    print(f"{len(failed)} failed: {', '.join(failed)}" if failed else "every check passed")
    return len(failed)


def _list_checks() -> Iterator[tuple[str, Sequence[str]]]:
    python = sys.executable
    node = shutil.which("node") or "node"
    modules = ROOT / "local/node_modules"
    yield "ruff", [python, "-m", "ruff", "check", "."]
    yield "format", [python, "-m", "ruff", "format", "--check", "."]
    yield "mypy", [python, "-m", "mypy"]
    yield (
        "layers",
        [python, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
    )
    yield "locks", [python, "-m", "local", "lock", "--check"]
    yield "tsc local", [node, str(modules / "typescript/bin/tsc"), "--project", "local"]
    eslint = str(modules / "eslint/bin/eslint.js")
    yield "eslint local", [node, eslint, "--config", "local/eslint.config.js", "local"]
    npm = shutil.which("npm") or "npm"
    yield "dashboard", [npm, "run", "--silent", "--prefix", "dashboard", "check"]
    bicep = shutil.which("bicep")
    if bicep is None:
        print("── bicep: not checked, there is no compiler on the path", flush=True)
        return
    yield "bicep build", [bicep, "build", "--stdout", "infra/bicep/main.bicep"]
    yield "bicep lint", [bicep, "lint", "infra/bicep/main.bicep"]


def _passes(name: str, command: Sequence[str]) -> bool:
    print(f"── {name}", flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0
