"""What is installed is what the lock names, by content; nothing stands in for it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local.setup.packages import list_pip_command

NAME = "tocsin_sample"


def write_wheel(folder: Path, version: str, content: str = "") -> Path:
    """The smallest wheel there is."""
    path = folder / f"{NAME}-{version}-py3-none-any.whl"
    described = f"{NAME}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{NAME}.py", content)
        wheel.writestr(
            f"{described}/METADATA", f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{described}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{described}/RECORD", "")
    return path


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """A folder that stands for an index."""
    folder = tmp_path / "offered"
    folder.mkdir()
    return folder


def install(lock_text: str, offered: Path) -> subprocess.CompletedProcess[str]:
    lock = offered.parent / "lock.txt"
    lock.write_text(lock_text, encoding="utf-8")
    command = [
        *list_pip_command(sys.executable), "--requirement", str(lock), "--dry-run",
        "--ignore-installed", "--no-index", "--find-links", str(offered),
    ]  # fmt: skip
    # No settings of this machine: they may name folders of their own.
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
    environment["PIP_CONFIG_FILE"] = os.devnull
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_locked_is_installed(offered: Path) -> None:
    wheel = write_wheel(offered, "1.0")
    done = install(f"{NAME}==1.0 --hash=sha256:{hash_file(wheel)}\n", offered)
    assert done.returncode == 0, done.stderr
    assert "Would install tocsin" in done.stdout


def test_a_changed_file_is_refused(offered: Path) -> None:
    honest = hash_file(write_wheel(offered, "1.0"))
    write_wheel(offered, "1.0", content="print('somebody was here')")
    done = install(f"{NAME}==1.0 --hash=sha256:{honest}\n", offered)
    assert done.returncode != 0
    assert "DO NOT MATCH" in done.stderr


def test_what_has_no_hash_is_refused(offered: Path) -> None:
    write_wheel(offered, "1.0")
    done = install(f"{NAME}==1.0\n", offered)
    assert done.returncode != 0
    assert "Hashes are required" in done.stderr


def test_another_build_does_not_stand_in_for_the_cpu_build(offered: Path) -> None:
    other = hash_file(write_wheel(offered, "1.0"))  # as PyPI's build with CUDA would
    done = install(f"{NAME}==1.0+cpu --hash=sha256:{other}\n", offered)
    assert done.returncode != 0
    assert "No matching distribution" in done.stderr


def test_source_is_not_built(offered: Path) -> None:
    (offered / f"{NAME}-1.0.tar.gz").write_bytes(b"")
    done = install(f"{NAME}==1.0 --hash=sha256:{'0' * 64}\n", offered)
    assert done.returncode != 0
    assert "No matching distribution" in done.stderr
