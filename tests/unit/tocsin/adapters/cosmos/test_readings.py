"""Every query for a range is held on both sides by an index, however long the device has lived."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any, cast

import pytest

from local.prepare import INDEXED
from local.standins.cosmos.query.request import compile_query
from local.standins.cosmos.query.scan import Scan, plan_scan
from tocsin.adapters.cosmos import arrivals, history, quiet, readings, store
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.cosmos.readings import find_messages
from tocsin.domain.devices.readings import LONG_MS

FIRST_T = ("firstT",)


class PlannedContainer:
    """Finds nothing, and plans each query as the database would."""

    def __init__(self) -> None:
        self.scans: list[Scan] = []

    async def query_items(
        self, query: str, *, parameters: list[dict[str, Any]], **options: object
    ) -> AsyncIterator[dict[str, Any]]:
        program = compile_query({"query": query, "parameters": parameters})
        self.scans.append(plan_scan(program.select, program.compiler, program.root))
        nothing: list[dict[str, Any]] = []
        for document in nothing:
            yield document


@pytest.mark.parametrize("most", [None, 7])
async def test_the_walk_through_an_index_begins_and_ends_with_the_range(most: int | None) -> None:
    container = PlannedContainer()
    found = find_messages(
        cast(Container, container), "c.t", "rig-1", from_t=5_000_000, to_t=6_000_000, most=most
    )
    assert [message async for message in found] == []
    long, usual = container.scans
    assert usual.exact
    bounds = {c.arguments for c in usual.conditions if c.within == FIRST_T}
    assert bounds == {(5_000_000 - LONG_MS,), (6_000_000,)}
    # Of the long messages there are few; only these are walked.
    assert long.exact
    assert ("long",) in long.pins


@pytest.mark.parametrize(
    ("module", "container"),
    [
        (store, "readings"),
        (arrivals, "readings"),
        (history, "readings"),
        (readings, "readings"),
        (quiet, "devices"),
    ],
)
def test_what_a_query_orders_by_is_indexed(module: ModuleType, container: str) -> None:
    """The database refuses the query otherwise."""
    ordered = set(re.findall(r"ORDER BY c\.(\w+)", inspect.getsource(module)))
    assert ordered
    assert ordered <= set(INDEXED[container])
