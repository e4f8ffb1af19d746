"""A device's history is read from packed messages, and a damaged one hides no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

from tests.fakes.messages import RIG
from tests.fakes.records import decided_message
from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.cosmos.history import find_history, find_stored
from tocsin.domain.packing.messages import pack_messages


class KeptMessages:
    """Finds these documents, whatever is asked for."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self._documents = documents

    async def query_items(self, _query: str, **_options: object) -> AsyncIterator[dict[str, Any]]:
        for document in self._documents:
            yield document


async def test_a_damaged_message_hides_no_other() -> None:
    sent = [decided_message([t, t + 1]).to_document() for t in (30, 20, 10)]
    newest, damaged, oldest = pack_messages(sent)
    kept = cast(Container, KeptMessages([newest, {**damaged, "packed": "AAAA"}, oldest]))
    found = await find_history(kept, "rig-1", RIG, before_t=99, count=9, epoch=0)
    assert found.t.tolist() == [10, 11, 30, 31]
    assert found.values.tolist() == [[t, t] for t in found.t.tolist()]
    (stored,) = await find_stored(kept, "rig-1", RIG, from_t=0, to_t=99)
    assert stored.t.tolist() == [10, 11, 30, 31]
