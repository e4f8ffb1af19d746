"""Records of the hot path are as good as those of the standard library."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

from tocsin.domain.hot_records import dataclass

FUNCTIONS = Path(__file__).parents[4] / "functions"


@dataclass(frozen=True, slots=True)
class Hot:
    name: str
    times: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Usual:
    name: str
    times: tuple[int, ...] = ()


def test_they_compare_hash_and_are_replaced_as_others_are() -> None:
    hot = Hot("a", (1,))
    assert hot == Hot("a", (1,)) != Hot("a")
    assert {hot: 1}[Hot("a", (1,))] == 1
    assert dataclasses.replace(hot, name="b") == Hot("b", (1,))
    assert repr(hot) == repr(Usual("a", (1,))).replace("Usual", "Hot")
    assert Hot.__slots__ == Usual.__slots__


def test_the_type_checker_lets_nobody_change_one(tmp_path: Path) -> None:
    settings, program = tmp_path / "mypy.ini", tmp_path / "change.py"
    settings.write_text(f"[mypy]\nmypy_path = {FUNCTIONS}\n")
    program.write_text(
        "from tocsin.domain.hot_records import dataclass\n"
        "@dataclass(frozen=True, slots=True)\n"
        "class Hot:\n"
        "    name: str\n"
        "Hot('a').name = 'b'\n"
    )
    # As a process of its own: mypy sets the collector of its process as it likes.
    options = ["--config-file", str(settings), "--cache-dir", str(tmp_path / "cache")]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(program)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert 'Property "name" defined in "Hot" is read-only' in checked.stdout, checked.stderr
