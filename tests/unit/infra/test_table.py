"""docs/azure.md says what is deployed, in the words of the deployment."""

from __future__ import annotations

import re

from tests.unit.infra.compilers import BICEP, need_reader
from tests.unit.infra.deployment import read_deployment
from tests.unit.infra.table import PAGE, fill_page, make_tables


def test_the_tables_are_those_of_the_deployment() -> None:
    need_reader()
    page = _read_page()
    assert page == fill_page(make_tables(), page), "run python -m tests.unit.infra.table"


def test_a_table_goes_between_its_marks_and_again() -> None:
    page = "before\n<!-- a -->\nold\n<!-- end of a -->\nafter\n"
    once = fill_page([("a", "new")], page)
    assert once == "before\n<!-- a -->\n\nnew\n\n<!-- end of a -->\nafter\n"
    assert fill_page([("a", "new")], once) == once


def test_the_providers_to_register_are_those_of_the_resources() -> None:
    need_reader()
    used = {resource.type.split("/")[0] for resource in read_deployment("prod").resources}
    # A vault is deployed with secrets only; a Flex app runs on Container Apps; groups need none.
    used = (used | {"Microsoft.KeyVault", "Microsoft.App"}) - {"Microsoft.Resources"}
    named = re.findall(
        r"^az provider register --namespace (\S+)$", _read_page(), flags=re.MULTILINE
    )
    assert set(named) == used - {"Microsoft.Authorization", "Microsoft.Consumption"}


def _read_page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_sizes_are_those_of_the_parameters() -> None:
    shown = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \|", _read_page(), flags=re.MULTILINE)
    for column, environment in ((1, "dev"), (2, "prod")):
        text = (BICEP / f"main.{environment}.bicepparam").read_text(encoding="utf-8")
        values = dict(re.findall(r"^param (\w+) = (true|false|\d+)$", text, flags=re.MULTILINE))
        assert {line[0]: line[column] for line in shown} == values
