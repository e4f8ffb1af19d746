"""Whatever the database answers is told apart: temporary, refused for ever, or an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from azure.cosmos.exceptions import CosmosHttpResponseError

from tocsin.adapters.cosmos.container import ANSWERS, Container
from tocsin.domain.errors import DeliveryError, RefusedError


class StubbornContainer:
    """The SDK's container: every call ends the same way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def fail(*_: object, **__: object) -> None:
            raise self.error

        async def fail_to_find(*_: object, **__: object) -> AsyncIterator[None]:
            await fail()
            yield None

        return fail_to_find if name == "query_items" else fail


def stubborn(error: Exception) -> Container:
    found = object.__new__(Container)
    found.id = "readings"
    vars(found)["_proxy"] = StubbornContainer(error)
    return found


async def query(container: Container) -> None:
    async for _ in container.query_items("SELECT * FROM c"):
        pass


CALLS: dict[str, Callable[[Container], Awaitable[object]]] = {
    "read": lambda container: container.read_item("a", partition_key="a"),
    "query": query,
    "create": lambda container: container.create_item({}),
    "upsert": lambda container: container.upsert_item({}),
    "replace": lambda container: container.replace_item("a", {}),
    "patch": lambda container: container.patch_item("a", partition_key="a", patch_operations=[]),
    "delete": lambda container: container.delete_item("a", partition_key="a"),
    "batch": lambda container: container.execute_item_batch([], "a"),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", [400, 401, 403, 408, 410, 413, 429, 449, 500, 503])
async def test_every_call_to_the_database_is_told_apart(name: str, status: int) -> None:
    error = CosmosHttpResponseError(status)  # type: ignore[no-untyped-call]  # the SDK's own
    container = stubborn(error)
    with pytest.raises(DeliveryError, match=r"^the database, container readings: ") as caught:
        await CALLS[name](container)
    assert type(caught.value) is (RefusedError if status in {400, 413} else DeliveryError)


@pytest.mark.parametrize("kind", ANSWERS)
async def test_whether_a_document_is_there_and_as_it_was_is_an_answer(
    kind: type[Exception],
) -> None:
    for call in CALLS.values():
        with pytest.raises(kind):
            await call(stubborn(kind()))
