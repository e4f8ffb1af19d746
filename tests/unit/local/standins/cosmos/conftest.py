"""A container with a few documents, for tests that change nothing in it."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from local.standins.cosmos.context import Context
from local.standins.cosmos.state.indexes import Indexes
from local.standins.cosmos.state.store import Store
from tests.unit.local.standins.cosmos.client_calls import DOCS, DOCUMENTS, send


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    store = Store(tmp_path_factory.mktemp("cosmos") / "cosmos.db", lambda: 1_800_000_000.0)
    partition_key = {"paths": ["/deviceId"], "kind": "Hash", "version": 2}
    container = {"id": "c", "partitionKey": partition_key, "defaultTtl": -1}
    store.create_container(store.create_database("db"), container)
    opened = Context(store, Indexes(store))
    for document in DOCUMENTS:
        assert send(opened, "POST", DOCS, orjson.dumps(document)).status == 201
    store.commit()
    yield opened
    store.close()
