"""What of functions/ is deployed."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.deployment.contents import list_files
from tests.paths import ROOT


def test_the_app_is_deployed_whole_and_nothing_else() -> None:
    found = {path.as_posix() for path in list_files(ROOT / "functions")}
    assert {"function_app.py", "host.json", "tocsin/bootstrap.py"} <= found
    assert {"tocsin/profiles/pump.json"} <= found
    tops = {path.partition("/")[0] for path in found}
    assert tops == {"function_app.py", "host.json", "tocsin"}


@pytest.mark.parametrize(
    "secret", ["local.settings.json", "sub/local.settings.json", ".env", "tocsin/key.pem"]
)
def test_what_opens_something_stays_whatever_the_list_says(tmp_path: Path, secret: str) -> None:
    (tmp_path / ".funcignore").write_text("*.md\n__pycache__\n\n", encoding="utf-8")
    for name in ("a.py", "notes.md", "__pycache__/a.pyc", secret):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    found = {path.as_posix() for path in list_files(tmp_path)}
    assert found == {".funcignore", "a.py"}  # unless the list names itself
