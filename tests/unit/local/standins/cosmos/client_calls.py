"""Calls as a client may send them, and what an answer may be."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import HealthCheck
from hypothesis import strategies as st

from local.standins.cosmos.context import Context
from local.standins.cosmos.routes import answer
from local.standins.cosmos.wire import Call, Reply

DOCS = "/dbs/db/colls/c/docs"
KEY = "x-ms-documentdb-partitionkey"
DOCUMENTS: tuple[dict[str, Any], ...] = (
    {"id": "1", "deviceId": "d1", "a": [1, 2.5, -3], "b": "text", "n": 2**63 - 1, "u": 2**64 - 1},
    {"id": "2", "deviceId": "d1", "a": {"a": [[]]}, "b": None, "n": -(2**63), "f": 1e308},
    {"id": "3", "deviceId": "d1", "a": True, "b": "", "n": 0, "f": 5e-324},
)


def send(context: Context, method: str, path: str, body: bytes, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer(context, Call(method, path, named, body))


def run(context: Context, query: str, parameters: object = ()) -> Reply:
    body = orjson.dumps({"query": query, "parameters": parameters})
    return send(
        context, "POST", DOCS, body, x_ms_documentdb_isquery="True",
        x_ms_documentdb_query_enablecrosspartition="True",
    )  # fmt: skip


def check(context: Context, reply: Reply) -> None:
    """Refused in the service's shape, or answered in JSON that clients can read."""
    context.store.roll_back()
    content = orjson.loads(reply.body) if reply.body else None
    if reply.status >= 400:
        assert reply.status < 500 or reply.status == 501, content
        assert isinstance(content, dict)
        assert set(content) == {"code", "message"}
        assert "x-ms-substatus" in reply.headers
    for name, value in reply.headers.items():
        assert not set("\r\n\0") & set(name + value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "a", "b", "", '"', "deviceId", "ttl"]), inner)
    ),
    max_leaves=8,
)
SLOW = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
