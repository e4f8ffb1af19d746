"""``python -m local env`` prints whatever the documented commands read."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from local.__main__ import main
from local.endpoints import Endpoints
from local.environments import find_authority, list_command_settings
from tests.paths import ROOT

READS = re.compile(r'environment(?:\.get\(|\[)"(\w+)"')


def find_commands(document: str) -> set[str]:
    """The modules that the console blocks of a document run."""
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    return set(re.findall(r"python -m (\w+)", "\n".join(blocks))) - {"local", "pytest"}


def find_variables(module: str) -> set[str]:
    """The variables that a module's source reads, but those that name an identity instead."""
    sources = (ROOT / module).rglob("*.py")
    names = {name for path in sources for name in READS.findall(path.read_text(encoding="utf-8"))}
    return {name for name in names if "__" not in name} - {"SIGN_IN_CLIENT_ID"}


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md"])
def test_all_that_the_documented_commands_read_is_printed(document: str) -> None:
    printed = list_command_settings(Endpoints(), Path("state")).keys()
    commands = find_commands(document)
    assert commands
    for command in commands:
        assert find_variables(command) <= printed, command


def test_the_sources_are_read_at_all() -> None:
    assert find_variables("device_sim") == {
        "IOTHUB_CONNECTION",
        "IOTHUB_CA_FILE",
        "TOCSIN_PAGE",
    }
    assert {"CosmosDB", "COSMOS_DATABASE", "BlobStorage"} <= find_variables("ml_model")


def test_env_prints_for_the_shell_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = find_authority(tmp_path)
    authority.parent.mkdir(parents=True)
    authority.touch()
    state = ["--state", str(tmp_path)]
    assert main(["env", "--shell", "posix", *state]) == 0
    lines = capsys.readouterr().out.splitlines()
    words = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    assert words == list_command_settings(Endpoints(), tmp_path)
    assert main(["env", "--shell", "powershell", *state]) == 0
    assert capsys.readouterr().out.startswith("$env:IOTHUB_CONNECTION = '")


def test_env_without_a_stack_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["env", "--state", str(tmp_path)]) == 1
    assert "make demo" in capsys.readouterr().err
