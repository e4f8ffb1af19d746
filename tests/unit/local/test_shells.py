"""Variables come out of each shell as they went in."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.shells import SHELLS, choose_shell, write_assignments

# PowerShell takes the typographic ones for apostrophes too.
QUOTES = "'\u2018\u2019\u201a\u201b"
VALUE = f"Endpoint=sb://it's;Key=a+b/c==\\$HOME `x` %PATH% {QUOTES}"

one_line = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


def write_line(value: str, shell: str) -> str:
    (line,) = write_assignments({"NAME": value}, shell)
    return line


def test_a_real_shell_reads_the_posix_form() -> None:
    script = write_line(VALUE, "posix") + '; printf %s "$NAME"'
    answer = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    assert answer.stdout.decode() == VALUE


@given(one_line)
def test_fish_ends_its_quotes_at_a_bare_apostrophe_only(value: str) -> None:
    match = re.fullmatch(r"set -gx NAME '((?:[^'\\]|\\.)*)'", write_line(value, "fish"))
    assert match is not None
    assert re.sub(r"\\(.)", r"\1", match[1]) == value


@given(one_line)
def test_powershell_ends_its_quotes_at_a_single_apostrophe_only(value: str) -> None:
    match = re.fullmatch(
        rf"\$env:NAME = '((?:[^{QUOTES}]|([{QUOTES}])\2)*)'", write_line(value, "powershell")
    )
    assert match is not None
    assert re.sub(rf"([{QUOTES}])\1", r"\1", match[1]) == value


@given(one_line)
def test_cmd_takes_all_up_to_the_last_quote(value: str) -> None:
    assert write_line(value, "cmd") == f'set "NAME={value}"'


@pytest.mark.parametrize("shell", SHELLS)
def test_a_line_break_is_refused(shell: str) -> None:
    with pytest.raises(ValueError, match="NAME holds a line break"):
        write_line("a\nb", shell)


def test_each_system_has_its_shell() -> None:
    assert choose_shell("linux") == choose_shell("darwin") == "posix"
    assert choose_shell("win32") == "powershell"
