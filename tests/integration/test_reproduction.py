"""Bundles made again: the committed one that takes least time, from nothing but its command, and
a small one that shows what is compared and what is replaced."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import pytest
from rich.console import Console

from local.prepare import run_module
from ml_model.paths import BUNDLES
from ml_model.recordings.fleet import Fleet
from ml_model.training.reproduce import check_bundles, reproduce
from ml_model.training.train import TrainConfig
from tocsin.profiles import load_profiles

PROFILES = load_profiles()
THERMAL = PROFILES["thermal"]
FLEETS = {
    "training": Fleet(seed=3, devices=2, hours=0.5, faults="none"),
    "test": Fleet(seed=4, devices=1, hours=1, faults="all"),
}
ONCE = TrainConfig(epochs=1)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.timeout(180)
def test_the_committed_bundle_comes_out_again_within_its_tolerances(tmp_path: Path) -> None:
    before = content(BUNDLES / "thermal")
    shown = run_module(
        ["ml_model", "reproduce", "--check", "--profile", "thermal", "--out", str(tmp_path)],
        {**os.environ, "COLUMNS": "120"},
    )
    table = shown.partition("thermal, made again")[2]
    verdicts = re.findall(r"│\s+(yes|no) │$", table, flags=re.MULTILINE)
    assert len(verdicts) >= 6 + 2 * 7, shown
    assert set(verdicts) == {"yes"}, shown
    assert shown.endswith("beyond its tolerance: none, of thermal\n")
    assert content(BUNDLES / "thermal") == before


def test_a_bundle_is_made_then_checked_and_not_replaced(tmp_path: Path) -> None:
    bundles, first, second = tmp_path / "bundles", screen(), screen()
    folder = reproduce(
        THERMAL, ONCE, out=tmp_path / "out", bundles=bundles, console=first, **FLEETS
    )
    assert "thermal: nothing to compare with: " in text(first)
    assert set(content(folder)) == {"bundle.json", "model.pt2"}

    described = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    described["threshold"] *= 1.1
    (folder / "bundle.json").write_text(json.dumps(described), encoding="utf-8")
    before = content(folder)
    code = check_bundles(
        [PROFILES["motor"], THERMAL], ONCE,
        out=tmp_path / "check", bundles=bundles, console=second, **FLEETS,
    )  # fmt: skip
    assert code == 1
    said = text(second)
    assert f"motor: no bundle in {bundles}, nothing to compare with" in said
    assert said.count("beyond its tolerance: ") == 1
    assert "beyond its tolerance: thermal: threshold" in said
    assert "the files differ" in said
    assert content(folder) == before


def screen() -> Console:
    return Console(file=io.StringIO(), width=200)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()
