"""What can be asked: method, shape of the path and kind of request → handler."""

from __future__ import annotations

from typing import Final

from local.standins.cosmos.catalogue import containers, databases
from local.standins.cosmos.catalogue.account import read_account
from local.standins.cosmos.context import Context, Handler
from local.standins.cosmos.documents import batch, feed, points, queries
from local.standins.cosmos.errors import (
    BadRequestError,
    CosmosError,
    MethodNotAllowedError,
    NotImplementedHereError,
)
from local.standins.cosmos.wire import Call, Reply, error_reply

DATABASES: Final = "dbs"
DATABASE: Final = "dbs/*"
CONTAINERS: Final = "dbs/*/colls"
CONTAINER: Final = "dbs/*/colls/*"
RANGES: Final = "dbs/*/colls/*/pkranges"
DOCUMENTS: Final = "dbs/*/colls/*/docs"
DOCUMENT: Final = "dbs/*/colls/*/docs/*"

ROUTES: Final[dict[tuple[str, str, str], Handler]] = {
    ("GET", "", ""): read_account,
    ("POST", DATABASES, ""): databases.create_database,
    ("POST", DATABASES, "query"): databases.query_databases,
    ("GET", DATABASES, ""): databases.list_databases,
    ("GET", DATABASE, ""): databases.read_database,
    ("DELETE", DATABASE, ""): databases.delete_database,
    ("POST", CONTAINERS, ""): containers.create_container,
    ("POST", CONTAINERS, "query"): containers.query_containers,
    ("GET", CONTAINERS, ""): containers.list_containers,
    ("GET", CONTAINER, ""): containers.read_container,
    ("PUT", CONTAINER, ""): containers.replace_container,
    ("DELETE", CONTAINER, ""): containers.delete_container,
    ("GET", RANGES, ""): containers.list_ranges,
    ("GET", RANGES, "changes"): containers.list_ranges,
    ("POST", DOCUMENTS, ""): points.write_document,
    ("POST", DOCUMENTS, "query"): queries.query_documents,
    ("POST", DOCUMENTS, "plan"): queries.plan_query,
    ("POST", DOCUMENTS, "batch"): batch.run_batch,
    ("GET", DOCUMENTS, ""): queries.read_documents,
    ("GET", DOCUMENTS, "changes"): feed.read_changes,
    ("GET", DOCUMENT, ""): points.read_document,
    ("PUT", DOCUMENT, ""): points.replace_document,
    ("PATCH", DOCUMENT, ""): points.patch_document,
    ("DELETE", DOCUMENT, ""): points.delete_document,
}
_SHAPES: Final = frozenset(shape for _, shape, _ in ROUTES)


def answer(context: Context, call: Call) -> Reply:
    """The reply to *call*, errors included. What it writes waits for ``Store.commit``."""
    try:
        return _handler(call)(context, call)
    except CosmosError as error:
        return error_reply(error)
    except RecursionError:
        too_deep = "The request is too complex: too much is nested, or chained in a row."
        return error_reply(BadRequestError(too_deep))


def _handler(call: Call) -> Handler:
    shape = find_shape(call.segments)
    handler = ROUTES.get((call.method, shape, find_kind(call)))
    if handler is not None:
        points.refuse_triggers(call)
        return handler
    if shape in _SHAPES:
        raise MethodNotAllowedError(f"{call.method} is no operation on {call.path}.")
    raise NotImplementedHereError(
        f"{call.method} {shape} is not supported by this stand-in; see local/COVERAGE.md."
    )


def find_shape(segments: list[str]) -> str:
    """The path with a star for each name."""
    return "/".join("*" if index % 2 else part for index, part in enumerate(segments))


def find_kind(call: Call) -> str:
    """What sort of request it is, where method and path do not tell."""
    if call.flag("x-ms-cosmos-is-query-plan-request"):
        return "plan"
    if call.flag("x-ms-cosmos-is-batch-request"):
        return "batch"
    content_type = call.header("content-type") or ""
    if call.flag("x-ms-documentdb-isquery") or content_type.startswith("application/query+json"):
        return "query"
    return "changes" if call.header("a-im") else ""
