"""Environment variables as the commands that set them in a shell."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping

# PowerShell takes the typographic apostrophes for quotes too; doubled, each stands for itself.
POWERSHELL_QUOTES = "'\u2018\u2019\u201a\u201b"


def choose_shell(platform: str = sys.platform) -> str:
    """The shell most people use on *platform*."""
    return "powershell" if platform == "win32" else "posix"


def write_assignments(variables: Mapping[str, str], shell: str) -> list[str]:
    """One command a variable, for one of ``SHELLS``; the values are quoted as the shell needs it.

    Raises ValueError for a value with a line break, which cmd cannot hold.
    """
    for name, value in variables.items():
        if "\n" in value or "\r" in value:
            raise ValueError(f"{name} holds a line break")
    return [SHELLS[shell](name, value) for name, value in variables.items()]


def _write_posix(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def _write_fish(name: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{quoted}'"


def _write_powershell(name: str, value: str) -> str:
    quoted = "".join(sign * 2 if sign in POWERSHELL_QUOTES else sign for sign in value)
    return f"$env:{name} = '{quoted}'"


def _write_cmd(name: str, value: str) -> str:
    # The quotes enclose name and value: within them no sign ends the command, and none is escaped.
    return f'set "{name}={value}"'


SHELLS: Mapping[str, Callable[[str, str], str]] = {
    "posix": _write_posix,
    "powershell": _write_powershell,
    "cmd": _write_cmd,
    "fish": _write_fish,
}
