"""The settings are the same in the sample, in the docs and in the code."""

from __future__ import annotations

import json
import re

from tests.paths import ROOT


def _sample() -> set[str]:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))
    return set(sample["Values"])


def test_every_setting_of_the_sample_has_its_line_of_meaning() -> None:
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)) == _sample()


def test_every_setting_the_code_names_is_in_the_sample() -> None:
    package = ROOT / "functions/tocsin"
    sources = [package / "settings.py", *(package / "triggers").glob("*.py")]
    named: set[str] = set()
    for source in sources:
        text = source.read_text(encoding="utf-8")
        named |= set(re.findall(r"%(\w+)%", text))
        named |= set(re.findall(r'environment(?:\.get\(|, )"(\w+)"', text))
        named |= set(re.findall(r'connection="(\w+)"', text))
    assert named, "the patterns find nothing"
    assert named <= _sample()
    platform = {"FUNCTIONS_WORKER_RUNTIME"}
    assert _sample() - named == platform


def test_every_setting_is_json_text() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))
    assert sample["IsEncrypted"] is False
    assert all(isinstance(value, str) for value in sample["Values"].values())
