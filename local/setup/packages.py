"""Everything a laptop lacks: virtual environment, packages, a browser for the tests.

Runs before anything is installed, so it imports the standard library only, and parses on Python
3.8 so that an old one can be told what is needed. Each step leaves a stamp with the hash of what
it was made from, so a second run takes no time.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.setup.browser import find_browser
from local.setup.locks import BUILD, BUILT_FROM_SOURCE, CPU_INDEX, DEV, ROOT, TORCH
from local.setup.machine import check_machine, find_other_python, inspect_machine

VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOG = ROOT / ".local/logs/setup.log"
DASHBOARD = ROOT / "dashboard"
BUILT = ROOT / "functions/tocsin/page/index.html"


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
    _provide_dashboard()
    if with_browser:
        _provide_browser()


def _provide_python_packages() -> None:
    sources = [BUILD, TORCH, DEV, Path(__file__)]
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
    install_locked(str(PYTHON), BUILD)
    install_torch(str(PYTHON))
    install_locked(str(PYTHON), DEV)
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


def install_torch(python: str, *options: str) -> None:
    """Install torch for *python*: from wherever its pip looks by itself, else from the CPU index.

    No index but that one has the build that the lock names for Linux, so that none can serve CUDA.
    """
    try:
        install_locked(python, TORCH, *options)
    except SetupError:
        if sys.platform != "linux":
            raise
    else:
        return
    try:
        install_locked(python, TORCH, "--index-url", CPU_INDEX, *options)
    except SetupError as error:
        raise SetupError(
            "torch's build for the CPU is neither where pip looks by itself nor to be had from "
            f"{CPU_INDEX}; the one with CUDA, of several gigabytes, is not taken instead:\n{error}"
        ) from error


def install_locked(python: str, lock: Path, *options: str) -> None:
    """Install what a lock names and nothing else, each file only if its hash is in the lock."""
    _run([*list_pip_command(python), "--requirement", str(lock), *options])


def list_pip_command(python: str) -> list[str]:
    """A pip that installs exactly what a lock says.

    Nothing is built but the one release that comes as source only, and that with what the lock
    holds: a build of its own environment would fetch what no lock names.
    """
    return [
        python, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps",
        "--require-hashes", "--only-binary", ":all:", "--no-binary", BUILT_FROM_SOURCE,
        "--no-build-isolation",
    ]  # fmt: skip


def _provide_node_packages() -> None:
    for name, folder in (("Node packages", ROOT / "local"), ("Dashboard packages", DASHBOARD)):
        _run_once(
            name,
            folder / "node_modules/tocsin.stamp",
            _hash_sources([folder / "package-lock.json"]),
            functools.partial(_install_node_packages, folder),
        )


def _install_node_packages(folder: Path) -> None:
    # Scripts of packages are other people's code, run at once; nothing here needs them.
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run([_find_npm(), "ci", *options], cwd=folder)


def _provide_dashboard() -> None:
    """Build the dashboard into the folder of the page, anew when a source of it changed."""
    stamp = DASHBOARD / "node_modules/built.stamp"
    if stamp.exists() and not BUILT.exists():
        stamp.unlink()
    _run_once(
        "Dashboard",
        stamp,
        _hash_sources(list_dashboard_sources()),
        lambda: _run([_find_npm(), "run", "--silent", "build"], cwd=DASHBOARD),
    )


def list_dashboard_sources() -> list[Path]:
    """The files that the dashboard is built of; what is generated of them is none."""
    whole = [
        path for part in ("src", "scripts", "public") for path in (DASHBOARD / part).rglob("*")
    ]
    beside = [*DASHBOARD.glob("*.json"), *DASHBOARD.glob("*.ts"), *DASHBOARD.glob("*.html")]
    generated = DASHBOARD / "src" / "generated"
    return sorted(
        path for path in [*whole, *beside] if path.is_file() and generated not in path.parents
    )


def _find_npm() -> str:
    return shutil.which("npm") or "npm"


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
