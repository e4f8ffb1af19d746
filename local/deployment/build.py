"""The package of the function app: its files, and all that it imports, as they run in Azure.

Built here and not there: a build in Azure runs out of memory over torch.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from local.deployment.contents import list_files
from local.deployment.trim import count_bytes, trim
from local.processes import ROOT
from local.setup.locks import FUNCTIONS
from local.setup.packages import install_locked, install_torch

# The release that Azure runs; infra/bicep/modules/functions.bicep says the same.
PYTHON = (3, 11)
# Where the worker in Azure looks.
SITE_PACKAGES = Path(".python_packages/lib/site-packages")


class PackageError(RuntimeError):
    """The package cannot be built here; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """A built package: its folder, the same as a zip, and what it weighs.

    unpacked_bytes, files: of the folder; trimmed_bytes: what was left out of it.
    """

    folder: Path
    archive: Path
    unpacked_bytes: int
    files: int
    zipped_bytes: int
    trimmed_bytes: int


def check_machine(system: str, machine: str, version: tuple[int, int]) -> None:
    """Raises PackageError where other wheels would be installed than run in Azure."""
    if (system, machine, version) != ("linux", "x86_64", PYTHON):
        wanted = ".".join(map(str, PYTHON))
        raise PackageError(
            f"the package has to be built where it runs: on Linux, x86-64, with Python {wanted}; "
            f"this is {system}, {machine}, {version[0]}.{version[1]}. The workflow deploy.yml does "
            f"it, or a container of python:{wanted}"
        )


def check_page(app: Path) -> None:
    """Raises PackageError where the page is not built: the app would have none to serve."""
    if not (app / "tocsin/page/index.html").is_file():
        raise PackageError("the page is not built; run `python -m local setup`")


def build_package(into: Path) -> Package:
    """Build the package in the folder *into*, and *into*.zip beside it. Raises PackageError."""
    check_machine(sys.platform, platform.machine().lower(), sys.version_info[:2])
    if into.exists():
        shutil.rmtree(into)
    app = ROOT / "functions"
    check_page(app)
    for relative in list_files(app):
        target = into / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(app / relative, target)
    site_packages = into / SITE_PACKAGES
    options = ("--target", str(site_packages), "--no-compile")
    install_locked(sys.executable, FUNCTIONS, *options)
    install_torch(sys.executable, *options)
    trimmed = trim(site_packages)
    _compile(into)
    archive = into.with_name(f"{into.name}.zip")
    write_archive(into, archive)
    return Package(
        folder=into,
        archive=archive,
        unpacked_bytes=count_bytes(into),
        files=sum(path.is_file() for path in into.rglob("*")),
        zipped_bytes=archive.stat().st_size,
        trimmed_bytes=trimmed,
    )


def _compile(folder: Path) -> None:
    """Compile every module, so that no instance does it again: its disk cannot keep the result.

    By hash and unchecked: the times of files do not outlive the way to Azure.
    """
    command = [sys.executable, "-m", "compileall", "-q", "-j", "0"]
    command += ["--invalidation-mode", "unchecked-hash", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # Some packages carry files that are no Python by intention; none of them is ours.
    ours = [line for line in done.stdout.splitlines() if str(SITE_PACKAGES) not in line]
    if done.returncode and any("Error compiling" in line for line in ours):
        raise PackageError(done.stdout)


def write_archive(folder: Path, archive: Path) -> None:
    """Write *folder* as a zip whose bytes follow from the files, and not from when they came."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as written:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                entry.external_attr = (path.stat().st_mode & 0xFFFF) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                written.writestr(entry, path.read_bytes())
