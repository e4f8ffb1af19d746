"""Everything a laptop lacks: virtual environment, packages, a browser for the tests.

Runs before anything is installed, so it imports the standard library only, and parses on Python
3.8 so that an old one can be told what is needed. Each step leaves a stamp with the hash of what
it was made from, so a second run takes no time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.setup.browser import find_browser
from local.setup.machine import check_machine, find_other_python, inspect_machine

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
REQUIREMENTS = ROOT / "functions/requirements.txt"
LOG = ROOT / ".local/logs/setup.log"
PIP = "pip==26.3"  # the first pips know no dependency groups
# PyPI's torch for Linux brings gigabytes of CUDA with it; this index has the CPU build.
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class SetupError(RuntimeError):
    """A step of the set-up failed; the text names it and where its output is."""


def set_up(*, with_browser: bool) -> None:
    """Install what is missing.

    Raises MachineError when it cannot even begin, SetupError naming what could not be installed.
    """
    check_machine(
        inspect_machine(),
        needs_environment=not _fits_environment(),
        find_python=find_other_python,
    )
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:  # pip and npm wait for the network, each for itself
        for done in [
            pool.submit(step) for step in (_provide_python_packages, _provide_node_packages)
        ]:
            done.result()
    if with_browser:
        _provide_browser()


def _provide_python_packages() -> None:
    sources = [ROOT / "pyproject.toml", REQUIREMENTS, Path(__file__)]
    _run_once(
        "Python packages",
        VENV / "tocsin.stamp",
        _hash_sources(sources, sys.version),
        _install_python_packages,
    )


def _install_python_packages() -> None:
    if not _fits_environment():
        clear = ["--clear"] if VENV.exists() else []
        _run([sys.executable, "-m", "venv", *clear, str(VENV)])
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    _run([*pip, "install", "--upgrade", PIP])
    requirements = [
        line for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if line[:1].isalpha()
    ]
    torch = next(line for line in requirements if line.startswith("torch"))
    _run([*pip, "install", torch, *_find_torch_index(pip, torch)])
    _run([*pip, "install", *requirements, "--group", "dev"])
    site_packages = _run(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    ).strip()
    # The checkout itself, importable as it lies there.
    paths = f"{ROOT}\n{ROOT / 'functions'}\n"
    (Path(site_packages) / "tocsin.pth").write_text(paths, encoding="utf-8")


def _fits_environment() -> bool:
    """Whether there is an environment of this very Python with pip; what it lacks is then added."""
    if not PYTHON.exists():
        return False
    question = "import pip, sys; print(sys.version)"
    found = subprocess.run(
        [str(PYTHON), "-c", question], capture_output=True, text=True, check=False
    )
    return found.stdout.split() == sys.version.split()


def _find_torch_index(pip: Sequence[str], torch: str) -> list[str]:
    """Where to take the CPU build from: nowhere special when pip finds one by itself."""
    if sys.platform != "linux":
        return []
    report = json.loads(
        _run([*pip, "install", "--dry-run", "--quiet", "--no-deps", "--report", "-", torch])
    )
    found = [package["metadata"]["version"] for package in report["install"]]
    return [] if all("+cpu" in version for version in found) else ["--index-url", CPU_INDEX]


def _provide_node_packages() -> None:
    folder = ROOT / "local"
    npm = shutil.which("npm") or "npm"
    _run_once(
        "Node packages",
        folder / "node_modules/tocsin.stamp",
        _hash_sources([folder / "package-lock.json"]),
        lambda: _run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder),
    )


def _provide_browser() -> None:
    if find_browser() is not None:
        return
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _run_step("Browser for the tests", _install_from_distribution)
    else:
        # Asks for nothing when Playwright has its browser already.
        _run([str(PYTHON), "-m", "playwright", "install", "chromium"])


def _install_from_distribution() -> None:
    _run(["apt-get", "update"])
    _run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"])


def _hash_sources(sources: Sequence[Path], *words: str) -> str:
    digest = hashlib.sha256("\n".join(words).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _run_once(what: str, stamp: Path, digest: str, install: Callable[[], object]) -> None:
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    _run_step(what, install)
    stamp.write_text(digest, encoding="utf-8")


def _run_step(what: str, install: Callable[[], object]) -> None:
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
