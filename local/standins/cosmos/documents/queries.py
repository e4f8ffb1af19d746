"""Queries over documents, page by page, and query plans."""

from __future__ import annotations

import hashlib

import orjson

from local.standins.cosmos.charge import query_charge
from local.standins.cosmos.context import Context, container_headers
from local.standins.cosmos.documents.feed import documents_reply, page_size, scope_conditions
from local.standins.cosmos.documents.pages import Pager
from local.standins.cosmos.documents.points import KEY_HEADER
from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.parser import parse
from local.standins.cosmos.query.program import Program
from local.standins.cosmos.query.request import compile_query
from local.standins.cosmos.query.scan import Scan, plan_scan
from local.standins.cosmos.query.values import UNDEFINED
from local.standins.cosmos.state.partition import key_text, parse_key
from local.standins.cosmos.state.resources import Container
from local.standins.cosmos.wire import Call, Reply

_WHOLE = {"min": "", "max": "FF", "isMinInclusive": True, "isMaxInclusive": False}


def query_documents(context: Context, call: Call) -> Reply:
    container = context.container(call)
    program, scan = _plan(call)
    is_narrowed = bool(_key(call, container, scan) or scope_conditions(call))
    if not is_narrowed and not call.flag("x-ms-documentdb-query-enablecrosspartition"):
        raise BadRequestError(
            "Cross partition query is required but disabled. Please set "
            "x-ms-documentdb-query-enablecrosspartition to true, specify "
            "x-ms-documentdb-partitionkey, or revise your query to avoid this exception."
        )
    return _page(context, call, container, program, scan)


def read_documents(context: Context, call: Call) -> Reply:
    """The feed of all documents, in the order they were made."""
    program = Program(parse("SELECT * FROM c"), {})
    scan = plan_scan(program.select, program.compiler, program.root)
    return _page(context, call, context.container(call), program, scan)


def _page(
    context: Context, call: Call, container: Container, program: Program, scan: Scan
) -> Reply:
    key, scope = _key(call, container, scan), scope_conditions(call)
    fingerprint = hashlib.sha256(repr((call.body, key, scope)).encode()).hexdigest()[:16]
    pager = Pager(context, container, program, scan, key=key, scope=scope, fingerprint=fingerprint)
    page = pager.page(call.header("x-ms-continuation"), page_size(call))
    headers = container_headers(container)
    headers["x-ms-request-charge"] = str(query_charge(page.loaded, page.loaded_bytes))
    if page.continuation is not None:
        headers["x-ms-continuation"] = page.continuation
    return documents_reply(container, page.bodies, headers)


def plan_query(context: Context, call: Call) -> Reply:
    """How a client should run the query: as it is, for there is one physical partition.

    Merging, sorting and cutting are done here, so the plan asks for none of it.
    """
    context.container(call)
    program, _ = _plan(call)
    plan = {
        "partitionedQueryExecutionInfoVersion": 2,
        "queryInfo": {
            "distinctType": "None",
            "top": None,
            "offset": None,
            "limit": None,
            "orderBy": [],
            "orderByExpressions": [],
            "groupByExpressions": [],
            "groupByAliases": [],
            "aggregates": [],
            "groupByAliasToAggregateType": {},
            "rewrittenQuery": "",
            "hasSelectValue": program.select.value,
            "hasNonStreamingOrderBy": False,
        },
        "queryRanges": [_WHOLE],
    }
    return Reply(200, orjson.dumps(plan), {"x-ms-request-charge": "1"})


def _plan(call: Call) -> tuple[Program, Scan]:
    program = compile_query(call.json_object())
    return program, plan_scan(program.select, program.compiler, program.root)


def _key(call: Call, container: Container, scan: Scan) -> str | None:
    """The partition key that the header or WHERE pins the query to."""
    header = call.header(KEY_HEADER)
    if header and header != "[]":
        return parse_key(header)
    values = [scan.pins.get(path, UNDEFINED) for path in container.partitioning.paths]
    return None if UNDEFINED in values else key_text(values)
