"""Containers: create, read, list, query, replace, delete; their partition key ranges."""

from __future__ import annotations

import orjson

from local.standins.cosmos.catalogue.databases import (
    METADATA_CHARGE,
    feed_reply,
    query_resources,
    resource_reply,
)
from local.standins.cosmos.catalogue.definitions import complete_definition
from local.standins.cosmos.context import Context
from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.state.partition import Partitioning
from local.standins.cosmos.state.resources import etag_of
from local.standins.cosmos.state.rids import range_rid
from local.standins.cosmos.state.table import Table
from local.standins.cosmos.wire import Call, Reply


def create_container(context: Context, call: Call) -> Reply:
    definition = complete_definition(call.json_object())
    container = context.store.create_container(context.database(call), definition)
    return resource_reply(201, container.resource())


def read_container(context: Context, call: Call) -> Reply:
    container = context.container(call)
    reply = resource_reply(200, container.resource())
    reply.headers["x-ms-session-token"] = f"0:1#{container.lsn}"
    return reply


def list_containers(context: Context, call: Call) -> Reply:
    database = context.database(call)
    containers = [container.resource() for container in database.containers.values()]
    return feed_reply(database.rid, "DocumentCollections", containers)


def query_containers(context: Context, call: Call) -> Reply:
    database = context.database(call)
    containers = [container.resource() for container in database.containers.values()]
    return feed_reply(database.rid, "DocumentCollections", query_resources(call, containers))


def replace_container(context: Context, call: Call) -> Reply:
    """Everything may change but the id and the partition key."""
    container = context.container(call)
    definition = complete_definition(
        {"partitionKey": container.definition["partitionKey"], **call.json_object()}
    )
    if definition["id"] != container.id:
        raise BadRequestError(f"The id of a container cannot change ({container.id!r}).")
    if Partitioning(definition["partitionKey"]).paths != container.partitioning.paths:
        raise BadRequestError("The partition key of a container cannot change.")
    ttl_before = container.default_ttl_s
    with context.store.atomic():
        context.store.redefine_container(container, definition)
        if container.default_ttl_s != ttl_before:
            Table(context.store, container).reset_expiry()
    return resource_reply(200, container.resource())


def delete_container(context: Context, call: Call) -> Reply:
    context.store.delete_container(context.container(call))
    return Reply(204, headers=dict(METADATA_CHARGE))


def list_ranges(context: Context, call: Call) -> Reply:
    """The one physical partition. To a client that knows it (If-None-Match): 304."""
    container = context.container(call)
    etag = etag_of(container.number, 0)
    headers = {"etag": etag, **METADATA_CHARGE}
    if call.header("if-none-match") == etag:
        return Reply(304, headers=headers)
    rid = range_rid(container.database.number, container.number)
    whole = {
        "id": "0",
        "_rid": rid,
        "_self": f"{container.self_link}pkranges/{rid}/",
        "_etag": etag,
        "_ts": container.ts,
        "minInclusive": "",
        "maxExclusive": "FF",
        "ridPrefix": 0,
        "throughputFraction": 1,
        "status": "online",
        "parents": [],
    }
    body = {"_rid": container.rid, "PartitionKeyRanges": [whole], "_count": 1}
    return Reply(200, orjson.dumps(body), headers)
