"""Everything a laptop lacks: virtual environment, packages, a browser for the tests.

Runs before anything is installed, so it imports the standard library only. Each step leaves a
stamp with the hash of what it was made from, so a second run takes no time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.setup.browser import find_browser

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
REQUIREMENTS = ROOT / "functions/requirements.txt"
LOG = ROOT / ".local/logs/setup.log"
PIP = "pip==26.3"  # the first pips know no dependency groups
# PyPI's torch for Linux brings gigabytes of CUDA with it; this index has the CPU build.
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class SetupError(RuntimeError):
    """Something the set-up needs is missing; the text names it and the fix."""


def set_up(*, with_browser: bool) -> None:
    """Install what is missing. Raises SetupError naming what cannot be had."""
    _check_machine()
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:  # pip and npm wait for the network, each for itself
        for done in [pool.submit(step) for step in (_python_packages, _node_packages)]:
            done.result()
    if with_browser:
        _browser()


def _check_machine() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 (whoever runs this may not have read what is needed)
        raise SetupError(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise SetupError("Node.js 20.15 or newer with npm is needed: https://nodejs.org")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor, *_ = map(int, version.strip().lstrip("v").split("."))
    if (major, minor) < (20, 15):
        raise SetupError(f"Node.js 20.15 or newer is needed; this is {version.strip()}")


def _python_packages() -> None:
    sources = [ROOT / "pyproject.toml", REQUIREMENTS, Path(__file__)]
    _once(
        "Python packages",
        VENV / "tocsin.stamp",
        _digest(sources, sys.version),
        _install_python_packages,
    )


def _install_python_packages() -> None:
    if not _venv_fits():
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    _run([*pip, "install", "--upgrade", PIP])
    requirements = [
        line for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if line[:1].isalpha()
    ]
    torch = next(line for line in requirements if line.startswith("torch"))
    _run([*pip, "install", torch, *_torch_index(pip, torch)])
    _run([*pip, "install", *requirements, "--group", "dev"])
    site_packages = _run(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    ).strip()
    # The checkout itself, importable as it lies there.
    paths = f"{ROOT}\n{ROOT / 'functions'}\n"
    (Path(site_packages) / "tocsin.pth").write_text(paths, encoding="utf-8")


def _venv_fits() -> bool:
    """Whether there is an environment of this very Python; what it lacks is then added."""
    if not PYTHON.exists():
        return False
    found = subprocess.run([str(PYTHON), "-VV"], capture_output=True, text=True, check=False)
    return found.stdout.split() == ["Python", *sys.version.split()]


def _torch_index(pip: Sequence[str], torch: str) -> list[str]:
    """Where to take the CPU build from: nowhere special when pip finds one by itself."""
    if sys.platform != "linux":
        return []
    report = json.loads(
        _run([*pip, "install", "--dry-run", "--quiet", "--no-deps", "--report", "-", torch])
    )
    found = [one["metadata"]["version"] for one in report["install"]]
    return [] if all("+cpu" in version for version in found) else ["--index-url", CPU_INDEX]


def _node_packages() -> None:
    folder = ROOT / "local"
    npm = shutil.which("npm") or "npm"
    _once(
        "Node packages",
        folder / "node_modules/tocsin.stamp",
        _digest([folder / "package-lock.json"]),
        lambda: _run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder),
    )


def _browser() -> None:
    if find_browser() is not None:
        return
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _step("Browser for the tests", _install_from_distribution)
    else:
        # Asks for nothing when Playwright has its browser already.
        _run([str(PYTHON), "-m", "playwright", "install", "chromium"])


def _install_from_distribution() -> None:
    _run(["apt-get", "update"])
    _run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])


def _digest(sources: Sequence[Path], *words: str) -> str:
    digest = hashlib.sha256("\n".join(words).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _once(what: str, stamp: Path, digest: str, install: Callable[[], object]) -> None:
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    _step(what, install)
    stamp.write_text(digest, encoding="utf-8")


def _step(what: str, install: Callable[[], object]) -> None:
    print(f"  … {what}: installing, a few minutes the first time", flush=True)
    started = time.monotonic()
    install()
    print(f"  ✓ {what}: {time.monotonic() - started:.0f} s", flush=True)


def _run(command: Sequence[str], *, cwd: Path = ROOT) -> str:
    """Run a command, its output in the log, and return what it printed."""
    done = subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
    if done.returncode != 0:
        end = "\n".join((done.stderr or done.stdout).splitlines()[-15:])
        raise SetupError(f"{command[0]} failed; the whole of it is in {LOG}:\n{end}")
    return done.stdout
