"""Databases: create, read, list, query, delete."""

from __future__ import annotations

from typing import Any

import orjson

from local.standins.cosmos.context import Context
from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.parser import parse
from local.standins.cosmos.query.program import Program
from local.standins.cosmos.wire import Call, Reply

METADATA_CHARGE = {"x-ms-request-charge": "1"}
_NOT_IN_NAMES = frozenset("/\\?#")


def create_database(context: Context, call: Call) -> Reply:
    database = context.store.create_database(resource_id(call.json_object()))
    return resource_reply(201, database.resource())


def read_database(context: Context, call: Call) -> Reply:
    return resource_reply(200, context.database(call).resource())


def list_databases(context: Context, call: Call) -> Reply:
    del call
    databases = [one.resource() for one in context.store.databases.values()]
    return feed_reply("", "Databases", databases)


def query_databases(context: Context, call: Call) -> Reply:
    databases = [one.resource() for one in context.store.databases.values()]
    return feed_reply("", "Databases", query_resources(call, databases))


def delete_database(context: Context, call: Call) -> Reply:
    context.store.delete_database(context.database(call))
    return Reply(204, headers=dict(METADATA_CHARGE))


def resource_id(definition: dict[str, Any]) -> str:
    """The id in *definition*. Raises BadRequestError when it cannot be one."""
    name = definition.get("id")
    if not isinstance(name, str) or not name or len(name) > 255:
        raise BadRequestError(f"The id {name!r} is not text of 1 to 255 characters.")
    if not _NOT_IN_NAMES.isdisjoint(name) or name.endswith(" "):
        raise BadRequestError(f"The id {name!r} holds one of / \\ ? # or ends in a space.")
    return name


def query_resources(call: Call, resources: list[dict[str, Any]]) -> list[Any]:
    """The result of the query in the body over *resources*."""
    query = call.json_object()
    parameters = {one["name"]: one["value"] for one in query.get("parameters") or ()}
    return list(Program(parse(str(query.get("query"))), parameters).results(resources))


def resource_reply(status: int, resource: dict[str, Any]) -> Reply:
    return Reply(status, orjson.dumps(resource), {"etag": resource["_etag"], **METADATA_CHARGE})


def feed_reply(rid: str, name: str, resources: list[Any]) -> Reply:
    body = {"_rid": rid, name: resources, "_count": len(resources)}
    return Reply(
        200, orjson.dumps(body), {"x-ms-item-count": str(len(resources)), **METADATA_CHARGE}
    )
