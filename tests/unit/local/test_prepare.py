"""The app's settings file is made from the sample and keeps what was changed in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.prepare import PreparationError, write_local_settings
from local.processes import ROOT

SAMPLE = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))


def load_values(app: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((app / "local.settings.json").read_text())["Values"]
    return found


def test_an_app_without_settings_gets_the_sample_s(tmp_path: Path) -> None:
    write_local_settings(tmp_path)
    assert load_values(tmp_path) == SAMPLE["Values"]


def test_an_older_file_keeps_its_own_values_and_gets_what_it_lacks(tmp_path: Path) -> None:
    name, _ = next(iter(SAMPLE["Values"].items()))
    (tmp_path / "local.settings.json").write_text(json.dumps({"Values": {name: "mine", "X": "y"}}))
    write_local_settings(tmp_path)
    assert load_values(tmp_path) == {**SAMPLE["Values"], name: "mine", "X": "y"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Values": 3}'])
def test_a_file_that_holds_no_settings_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "local.settings.json").write_text(text)
    with pytest.raises(PreparationError, match=r"local\.settings\.json is no settings file"):
        write_local_settings(tmp_path)
