"""The page's model, tested in its own language."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parent / "js" / "fleet.test.mjs"


def test_the_pages_model() -> None:
    ended = subprocess.run(
        [shutil.which("node") or "node", "--test", SCRIPT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "# pass 7" in ended.stdout
