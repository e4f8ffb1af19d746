"""docs/azure.md says what is deployed, in the words of the deployment."""

from __future__ import annotations

import re

from tests.unit.infra.compilers import BICEP, need_reader
from tests.unit.infra.table import PAGE, page_with, tables


def test_the_tables_are_those_of_the_deployment() -> None:
    need_reader()
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with(tables(), page), "run python -m tests.unit.infra.table"


def test_a_table_goes_between_its_marks_and_again() -> None:
    page = "before\n<!-- a -->\nold\n<!-- end of a -->\nafter\n"
    once = page_with([("a", "new")], page)
    assert once == "before\n<!-- a -->\n\nnew\n\n<!-- end of a -->\nafter\n"
    assert page_with([("a", "new")], once) == once


def test_the_sizes_are_those_of_the_parameters() -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \|", page, flags=re.MULTILINE)
    for column, environment in ((1, "dev"), (2, "prod")):
        text = (BICEP / f"main.{environment}.bicepparam").read_text(encoding="utf-8")
        values = dict(re.findall(r"^param (\w+) = (true|false|\d+)$", text, flags=re.MULTILINE))
        assert {line[0]: line[column] for line in shown} == values
