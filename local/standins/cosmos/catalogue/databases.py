"""Databases: create, read, list, query, delete."""

from __future__ import annotations

from typing import Any

from local.standins.cosmos.context import Context
from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.json_text import write_json
from local.standins.cosmos.query.request import compile_query
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
    databases = [database.resource() for database in context.store.databases.values()]
    return feed_reply("", "Databases", databases)


def query_databases(context: Context, call: Call) -> Reply:
    databases = [database.resource() for database in context.store.databases.values()]
    return feed_reply("", "Databases", query_resources(call, databases))


def delete_database(context: Context, call: Call) -> Reply:
    context.store.delete_database(context.database(call))
    return Reply(204, headers=dict(METADATA_CHARGE))


def resource_id(definition: dict[str, Any]) -> str:
    """The id in *definition*. Raises BadRequestError when it cannot be one."""
    name = definition.get("id")
    if not isinstance(name, str) or not name or len(name) > 255:
        raise BadRequestError(f"The id {name!r} is not text of 1 to 255 characters.")
    if not _NOT_IN_NAMES.isdisjoint(name) or not name.isprintable() or name.endswith(" "):
        raise BadRequestError(
            f"The id {name!r} holds one of / \\ ? # or a control character, or ends in a space."
        )
    return name


def query_resources(call: Call, resources: list[dict[str, Any]]) -> list[Any]:
    """The result of the query in the body over *resources*."""
    return list(compile_query(call.json_object()).results(resources))


def resource_reply(status: int, resource: dict[str, Any]) -> Reply:
    return Reply(status, write_json(resource), {"etag": resource["_etag"], **METADATA_CHARGE})


def feed_reply(rid: str, name: str, resources: list[Any]) -> Reply:
    body = {"_rid": rid, name: resources, "_count": len(resources)}
    return Reply(200, write_json(body), {"x-ms-item-count": str(len(resources)), **METADATA_CHARGE})
