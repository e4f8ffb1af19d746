"""What the command that makes bundles again refuses, before it spends minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml_model.__main__ import main


def test_a_bundle_that_cannot_be_read_ends_the_check_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "thermal"
    folder.mkdir()
    (folder / "bundle.json").write_text("{", encoding="utf-8")
    command = ["reproduce", "--check", "--profile", "thermal", "--bundles", str(tmp_path)]
    assert main([*command, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"ml_model reproduce: {folder} holds no usable bundle.json: ")
    assert said.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("profile", [[], ["--profile", "pump"]])
def test_a_check_of_nothing_does_not_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], profile: list[str]
) -> None:
    assert main(["reproduce", "--check", "--bundles", str(tmp_path), *profile]) == 2
    said = capsys.readouterr()
    assert f"pump: no bundle in {tmp_path}, nothing to compare with" in said.out
    assert said.err.startswith(f"ml_model reproduce: {tmp_path} holds no bundle to check: ")
    assert said.err.count("\n") == 1


def test_a_bundle_is_replaced_only_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce"]) == 2
    assert "name the bundle to make with --profile" in capsys.readouterr().err
