"""Where the package can be built, and how it is packed."""

from __future__ import annotations

import re
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest

from local.deployment import build
from local.deployment.build import PYTHON, PackageError, check_machine, write_archive
from tests.paths import ROOT

Version = namedtuple("Version", "major minor")  # noqa: PYI024 (like sys.version_info, a tuple)


def test_the_release_is_the_one_that_azure_runs() -> None:
    text = (ROOT / "infra/bicep/modules/functions.bicep").read_text(encoding="utf-8")
    (found,) = re.findall(r"name: 'python', version: '(\d+)\.(\d+)'", text)
    assert tuple(map(int, found)) == PYTHON


@pytest.mark.parametrize(
    ("system", "machine", "version"),
    [
        ("darwin", "x86_64", PYTHON),
        ("linux", "aarch64", PYTHON),
        ("linux", "x86_64", (PYTHON[0], PYTHON[1] + 1)),
    ],
)
def test_other_machines_are_refused_with_the_way_out(
    system: str, machine: str, version: tuple[int, int]
) -> None:
    with pytest.raises(PackageError, match=r"on Linux, x86-64, with Python 3\.11"):
        check_machine(system, machine, version)
    check_machine("linux", "x86_64", PYTHON)


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    (folder / ".python_packages").mkdir(parents=True)
    (folder / "function_app.py").write_text("x = 1\n" * 100, encoding="utf-8")
    tool = folder / ".python_packages/cbc"
    tool.write_bytes(b"program")
    tool.chmod(0o755)
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    write_archive(folder, first)
    (folder / "function_app.py").touch()
    write_archive(folder, second)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as read:
        assert read.namelist() == [".python_packages/cbc", "function_app.py"]
        # A solver is a program: it has to stay one.
        assert read.getinfo(".python_packages/cbc").external_attr >> 16 & 0o111 == 0o111
    assert Path(".python_packages/lib/site-packages") == build.SITE_PACKAGES
