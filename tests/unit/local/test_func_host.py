"""Core Tools, when somebody asks for them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.endpoints import Endpoints
from local.func_host import FuncMissingError, make_func_host

FUNC = f"""#!{sys.executable}
import os, signal, sys
print(sys.argv[1:], os.getcwd(), os.environ["CosmosDB"], flush=True)
print("[12:00:00] Worker process started and initialized.", flush=True)
signal.sigwait({{signal.SIGTERM}})
"""


def test_func_starts_in_the_app_folder_with_our_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "func"
    program.write_text(FUNC, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    endpoints = Endpoints(functions=7099)
    child = make_func_host(endpoints, tmp_path, app=tmp_path, env={"CosmosDB": "there"})
    child.start()
    child.stop()
    assert f"['start', '--port', '7099'] {tmp_path} there" in child.quote_log()
    assert child.env["languageWorkers__python__defaultExecutablePath"] == sys.executable


def test_without_func_the_error_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FuncMissingError, match="leave the option out"):
        make_func_host(Endpoints(), tmp_path, app=tmp_path, env={})
