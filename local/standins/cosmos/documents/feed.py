"""Reading all documents, and the change feed."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

import orjson

from local.standins.cosmos.charge import query_charge
from local.standins.cosmos.context import Context, container_headers
from local.standins.cosmos.counts import parse_count
from local.standins.cosmos.documents.points import KEY_HEADER
from local.standins.cosmos.errors import BadRequestError, GoneError, NotImplementedHereError
from local.standins.cosmos.query.pushdown import Condition
from local.standins.cosmos.state.partition import parse_key
from local.standins.cosmos.state.resources import Container
from local.standins.cosmos.state.table import Table
from local.standins.cosmos.wire import Call, Reply

DEFAULT_PAGE: Final = 100
MOST_PAGE: Final = 10_000
_RANGE_GONE: Final = 1002


def read_changes(context: Context, call: Call) -> Reply:
    """Documents written after If-None-Match, by write; 304 when there is none.

    The etag of the answer is where the next call goes on.
    """
    if (call.header("a-im") or "").lower() != "incremental feed":
        raise NotImplementedHereError(
            "The change feed of all versions and deletes is not supported."
        )
    container = context.container(call)
    after_lsn = _start(call, container)
    conditions = scope_conditions(call)
    since = call.header("if-modified-since")
    if since is not None:
        conditions.append(Condition("ts >= ?", (_timestamp(since),)))
    stored = Table(context.store, container).changes(after_lsn, conditions, page_size(call))
    headers = container_headers(container)
    if not stored:
        headers |= {"etag": f'"{max(after_lsn, container.lsn)}"', "x-ms-request-charge": "2"}
        return Reply(304, headers=headers)
    size = sum(len(document.body) for document in stored)
    headers["etag"] = f'"{stored[-1].lsn}"'
    headers["x-ms-request-charge"] = str(query_charge(len(stored), size))
    return documents_reply(container, [document.body_with_lsn for document in stored], headers)


def documents_reply(container: Container, bodies: list[bytes], headers: dict[str, str]) -> Reply:
    """The feed of documents whose JSON texts are *bodies*."""
    headers["x-ms-item-count"] = str(len(bodies))
    rid = orjson.dumps(container.rid)
    body = b'{"_rid":%b,"Documents":[%b],"_count":%d}' % (rid, b",".join(bodies), len(bodies))
    return Reply(200, body, headers)


def page_size(call: Call) -> int:
    """Documents a page: what the client asks for, -1 being its "as you like"."""
    header = call.header("x-ms-max-item-count")
    if header is None or header == "-1":
        return DEFAULT_PAGE if header is None else MOST_PAGE
    size = parse_count(header)
    if not size:
        raise BadRequestError(
            f"x-ms-max-item-count is {header[:40]!r}: say a number above 0, or -1."
        )
    return min(size, MOST_PAGE)


def scope_conditions(call: Call) -> list[Condition]:
    """The part of the container that the headers narrow the call to."""
    conditions: list[Condition] = []
    header = call.header(KEY_HEADER)
    if header and header != "[]":
        conditions.append(Condition("pk = ?", (parse_key(header),), pins_partition=True))
    range_id = call.header("x-ms-documentdb-partitionkeyrangeid")
    if range_id is not None and range_id.split(",")[-1] != "0":
        raise GoneError(f"There is no partition key range {range_id!r}.", substatus=_RANGE_GONE)
    start, end = call.header("x-ms-start-epk"), call.header("x-ms-end-epk")
    if start is not None and end is not None:
        # A range of one key comes as that key twice.
        comparison = "epk = ?" if start == end else "epk >= ? AND epk < ?"
        conditions.append(Condition(comparison, (start,) if start == end else (start, end)))
    return conditions


def _start(call: Call, container: Container) -> int:
    etag = call.header("if-none-match")
    if etag is None:
        return 0
    if etag == "*":
        return container.lsn
    lsn = parse_count(etag.strip('"'))
    if lsn is None:
        raise BadRequestError(f"The change feed cannot go on from {etag[:40]!r}.")
    return lsn


def _timestamp(date: str) -> int:
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (TypeError, ValueError, OverflowError) as error:
        raise BadRequestError(f"If-Modified-Since {date!r} is not a date.") from error
