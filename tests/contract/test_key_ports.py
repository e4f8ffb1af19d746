"""One suite for every implementation of the ports by which people and programs are let in."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from azure.cosmos.partition_key import PartitionKey

from local.endpoints import Endpoints
from tests.contract.implementations import each
from tests.contract.ports import connection
from tests.fakes.keys_of_people import FakeKeys, make_key
from tests.fakes.messages import NOW
from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.cosmos.keys import CosmosKeys
from tocsin.domain.access.api_key import audit_key
from tocsin.usecases.ports.access import Keys


@asynccontextmanager
async def open_fake(_: Endpoints) -> AsyncIterator[Keys]:
    yield FakeKeys()


@asynccontextmanager
async def open_cosmos(endpoints: Endpoints) -> AsyncIterator[Keys]:
    """A database of its own."""
    name = f"tocsin-{uuid.uuid4().hex}"
    async with cosmos_client(connection("CosmosDB", endpoints.cosmos_connection)) as client:
        database = await client.create_database(name)
        await database.create_container("settings", PartitionKey("/id"))
        await database.create_container("audit", PartitionKey("/siteId"))
        yield CosmosKeys(client, name)
        await client.delete_database(name)


keys = each(fake=(open_fake, None), cosmos=(open_cosmos, "cosmos"))


async def test_a_key_is_kept_as_saved_last(keys: Keys) -> None:
    await keys.save_key(make_key(1, "read"))
    revoked = make_key(1, "read", revoked_at=NOW)
    await keys.save_key(revoked)
    assert await keys.find_key(revoked.key_id) == revoked
    assert await keys.find_key("0" * 12) is None


async def test_keys_are_one_persons_or_all_newest_first(keys: Keys) -> None:
    old, new = make_key(1, "read", created_at=NOW - 9), make_key(2, "read", created_at=NOW)
    other = make_key(3, "detect", owner_id="eve-1")
    for key in (old, new, other):
        await keys.save_key(key)
    assert await keys.list_keys("ada-1") == [new, old]
    assert await keys.list_keys(None) == [new, old, other]
    assert await keys.list_keys("nobody") == []


async def test_a_key_that_is_deleted_is_gone_and_deleting_it_again_is_no_error(keys: Keys) -> None:
    key = make_key(1, "read")
    await keys.save_key(key)
    await keys.delete_key(key.key_id)
    await keys.delete_key(key.key_id)
    assert await keys.find_key(key.key_id) is None


async def test_a_record_of_no_site_can_be_kept(keys: Keys) -> None:
    record = audit_key(None, make_key(1, "read"), operator="Ada", now_ms=NOW)
    await keys.save_audit(record)
    await keys.save_audit(record)
