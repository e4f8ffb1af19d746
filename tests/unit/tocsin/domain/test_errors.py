"""Every error of the product and the training hangs on the one tree, and is drawn there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.paths import ROOT
from tocsin.domain import errors

ROOTS = ("functions/tocsin", "ml_model")


def error_classes() -> Iterator[tuple[str, list[str]]]:
    """Each error that is defined, and what it is made from."""
    for root in ROOTS:
        for path in sorted((ROOT / root).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                    yield node.name, [ast.unparse(base) for base in node.bases]


def test_every_error_hangs_on_the_tree_and_is_drawn() -> None:
    found = dict(error_classes())
    assert found.pop("TocsinError") == ["Exception"]
    assert len(found) > 10
    drawing = str(errors.__doc__)
    for name, bases in found.items():
        assert name in drawing
        assert all(base == "TocsinError" or base in found for base in bases), name
