"""Every line of the log that names a device or a site says so in a form that programs read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.paths import ROOT

LEVELS = {"debug", "info", "warning", "error", "exception", "log"}
NAMES = re.compile(r"[\w.]*\b(device|site)_id")


def list_lines() -> Iterator[tuple[str, ast.Call]]:
    """Each call of a logger in the product, with where it stands."""
    for path in sorted((ROOT / "functions/tocsin").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=level)) if (
                    level in LEVELS
                ):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def name_subjects(call: ast.Call) -> set[str]:
    named = (NAMES.fullmatch(ast.unparse(argument)) for argument in call.args)
    return {match[1] for match in named if match}


def test_lines_about_a_device_or_a_site_say_so() -> None:
    lines = [*list_lines()]
    assert len(lines) > 60
    silent = []
    for place, call in lines:
        extra = next((each.value for each in call.keywords if each.arg == "extra"), None)
        said = "" if extra is None else ast.unparse(extra)
        silent += [
            f"{place} names a {subject}, and does not say so: extra=about({subject}=…)"
            for subject in sorted(name_subjects(call))
            if not said.startswith("describe(") and f"{subject}=" not in said
        ]
    assert silent == []
