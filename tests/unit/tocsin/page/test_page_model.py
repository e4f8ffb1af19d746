"""The page's models, tested in their own language."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_model_of_the_page(script: Path) -> None:
    ended = subprocess.run(
        [shutil.which("node") or "node", "--test", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    written = script.read_text(encoding="utf-8").count('\ntest("')
    assert f"# pass {written}" in ended.stdout


def test_there_are_models() -> None:
    assert len(SCRIPTS) == 2
