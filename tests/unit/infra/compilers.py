"""What reads Bicep on this machine: the compiler, or the checker that may lie beside a checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.paths import ROOT, SHARED

BICEP = ROOT / "infra/bicep"
CHECKER = SHARED / "tools/bicepcheck"
# The files outside infra/bicep that are loaded into it.
LOADED = ROOT / "infra/dashboards"
TIMEOUT_S = 60


class BicepError(Exception):
    """The files are not Bicep that can be deployed."""


def need_reader() -> None:
    """Skip the test where nothing reads Bicep."""
    if shutil.which("bicep") is None and not CHECKER.is_file():
        pytest.skip(
            "needs bicep on the path, or bicepcheck beside the checkout, to read infra/bicep"
        )


def find_errors(folder: Path) -> str:
    """What the checker, else the compiler, has against the files in *folder*; empty: nothing."""
    if CHECKER.is_file():
        done = _run([str(CHECKER), str(folder)])
        return "" if done.returncode == 0 else done.stdout
    done = _run(["bicep", "build", "--stdout", str(folder / "main.bicep")])
    return "" if done.returncode == 0 else done.stderr


def take_snapshot(parameters: Path) -> dict[str, Any]:
    """What *parameters* would deploy: predictedResources and outputs. Raises BicepError."""
    if CHECKER.is_file():
        done = _run([str(CHECKER), "--snapshot", str(parameters)])
        text = done.stdout
    else:
        # The compiler writes it beside the parameters.
        done = _run(["bicep", "snapshot", "--mode", "overwrite", str(parameters)])
        written = parameters.with_suffix(".snapshot.json")
        text = written.read_text(encoding="utf-8") if written.exists() else ""
        written.unlink(missing_ok=True)
    if done.returncode != 0:
        raise BicepError(done.stdout + done.stderr)
    content: dict[str, Any] = json.loads(text)
    if content.get("unresolved"):
        raise BicepError(f"left open: {content['unresolved']}")
    return content


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
