"""Whatever a client sends, the fault is the client's: 4xx in Cosmos DB's shape, never a 500."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from local.standins.cosmos.context import Context
from local.standins.cosmos.query.functions import FUNCTIONS
from local.standins.cosmos.routes import answer
from local.standins.cosmos.state.indexes import Indexes
from local.standins.cosmos.state.store import Store
from local.standins.cosmos.wire import Call, Reply

DOCS = "/dbs/db/colls/c/docs"
KEY = "x-ms-documentdb-partitionkey"
DOCUMENTS: tuple[dict[str, Any], ...] = (
    {"id": "1", "deviceId": "d1", "a": [1, 2.5, -3], "b": "text", "n": 2**63 - 1, "u": 2**64 - 1},
    {"id": "2", "deviceId": "d1", "a": {"a": [[]]}, "b": None, "n": -(2**63), "f": 1e308},
    {"id": "3", "deviceId": "d1", "a": True, "b": "", "n": 0, "f": 5e-324},
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    store = Store(tmp_path_factory.mktemp("cosmos") / "cosmos.db", lambda: 1_800_000_000.0)
    partition_key = {"paths": ["/deviceId"], "kind": "Hash", "version": 2}
    container = {"id": "c", "partitionKey": partition_key, "defaultTtl": -1}
    store.create_container(store.create_database("db"), container)
    opened = Context(store, Indexes(store))
    for document in DOCUMENTS:
        assert send(opened, "POST", DOCS, orjson.dumps(document)).status == 201
    store.commit()
    yield opened
    store.close()


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


# ── queries ──────────────────────────────────────────────────────────────────────────────────

LITERALS = st.sampled_from(
    [
        "0", "1", "-1", "1.5", ".5", "1.", "00", "1e999", "-1e999", "1e308", "1e-999", "9" * 20,
        "9" * 400, "9" * 5000, "18446744073709551615", "18446744073709551616", "٣", "2e3",
        "'text'", "''", "'%'", "'['", "'[^]'", "'[z-a]'", "'a{9999999999}'", "'(' ", "'1e999'",
        "'\\ud800'", "'\\u0000'", "true", "null", "undefined", "[]", "{}", "[1, [2]]",
        "{'a': {'b': 1}}", "'" + "[" * 300 + "]" * 300 + "'",
    ]
)  # fmt: skip
PATHS = st.sampled_from(
    ["c", "c.a", "c.b", "c.n", "c.u", "c.f", "c.a[0]", "c['a']", "c.a.a[0]", "c.none.none", "x"]
)
OPERATORS = [
    "+", "-", "*", "/", "%", "|", "&", "^", "<<", ">>", ">>>", "||", "=", "!=", "<", "<=", ">",
    ">=", "AND", "OR", "??",
]  # fmt: skip


def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Every form that an expression can take over smaller ones."""
    pair = st.tuples(inner, inner)
    triple = st.tuples(inner, inner, inner)
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("({}{})".format, st.sampled_from(["-", "+", "~", "NOT "]), inner),
        st.builds("{}[{}]".format, PATHS, inner),
        pair.map(lambda p: f"({p[0]} LIKE {p[1]})"),
        triple.map(lambda t: f"({t[0]} LIKE {t[1]} ESCAPE {t[2]})"),
        triple.map(lambda t: f"({t[0]} BETWEEN {t[1]} AND {t[2]})"),
        triple.map(lambda t: f"({t[0]} IN ({t[1]}, {t[2]}))"),
        triple.map(lambda t: f"({t[0]} ? {t[1]} : {t[2]})"),
        pair.map(lambda p: f"[{p[0]}, {p[1]}]"),
        pair.map(lambda p: f"{{'a': {p[0]}, 'b': {p[1]}}}"),
        inner.map(lambda e: f"(SELECT VALUE {e})"),
        inner.map(lambda e: f"ARRAY(SELECT VALUE {e} FROM t IN c.a)"),
        inner.map(lambda e: f"EXISTS(SELECT VALUE t FROM t IN {e})"),
        st.builds(
            lambda name, arguments: f"{name}({', '.join(arguments)})",
            st.sampled_from(sorted([*FUNCTIONS, "COUNT", "SUM", "AVG", "MIN", "MAX", "NONE"])),
            st.lists(inner, max_size=3),
        ),
    )


EXPRESSIONS = st.recursive(LITERALS | PATHS | st.just("@p"), extend, max_leaves=8)
QUERIES = st.one_of(
    EXPRESSIONS.map("SELECT VALUE {} FROM c".format),
    st.builds("SELECT {} AS x, {} AS y FROM c".format, EXPRESSIONS, EXPRESSIONS),
    EXPRESSIONS.map("SELECT * FROM c WHERE {}".format),
    EXPRESSIONS.map("SELECT * FROM c ORDER BY {}".format),
    st.builds("SELECT DISTINCT TOP {} {} FROM c".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("SELECT * FROM c OFFSET {} LIMIT {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("SELECT {} FROM c GROUP BY {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("SELECT VALUE {} FROM c JOIN t IN {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("SELECT VALUE t FROM t IN {} WHERE {}".format, PATHS, EXPRESSIONS),
    st.text(max_size=40).map("SELECT {}".format),
    st.text(max_size=40),
)
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


@settings(max_examples=300, suppress_health_check=SLOW)
@given(query=QUERIES, parameter=JSON)
@example("SELECT VALUE c.a[1e999] FROM c", None)
@example("SELECT VALUE ROUND(1e999) FROM c", None)
@example("SELECT VALUE ROUND(1e25, 10) FROM c", None)
@example("SELECT VALUE 5 % 0 FROM c", None)
@example("SELECT VALUE c.n + c.n + c.u FROM c", None)
@example("SELECT VALUE -c.u FROM c", None)
@example("SELECT VALUE ~c.u FROM c", None)
@example("SELECT VALUE SUM(c.f * 1.5) FROM c", None)
@example("SELECT VALUE SUM(c.u) FROM c", None)
@example("SELECT VALUE c.b LIKE 'a' ESCAPE [] FROM c", None)
@example("SELECT VALUE REGEXMATCH('a', 'a{9999999999}') FROM c", None)
@example("SELECT VALUE ٣ FROM c", None)
@example("SELECT VALUE " + "9" * 5000 + " FROM c", None)
@example("SELECT VALUE " + "1+" * 5000 + "1 FROM c", None)
@example("SELECT VALUE " + "c" + ".a" * 5000 + " FROM c", None)
@example("SELECT VALUE " + "[" * 5000 + "]" * 5000 + " FROM c", None)
@example("SELECT VALUE STRINGTOARRAY('" + "[" * 300 + "]" * 300 + "') FROM c", None)
@example("SELECT VALUE [[[[@p]]]] FROM c", orjson.loads("[" * 127 + "]" * 127))
@example("SELECT * FROM c WHERE " + " AND ".join(f"c.p{i} = 1" for i in range(3000)), None)
@example("SELECT * FROM c WHERE " + " OR ".join(f"c.p{i} = 1" for i in range(3000)), None)
@example("SELECT * FROM c WHERE c.n IN (" + ",".join(map(str, range(40_000))) + ")", None)
@example("SELECT * FROM c ORDER BY " + ", ".join(f"c.p{i}" for i in range(2000)), None)
def test_no_query_ends_in_500(context: Context, query: str, parameter: object) -> None:
    check(context, run(context, query, [{"name": "@p", "value": parameter}]))


def test_numbers_beyond_the_range_are_refused(context: Context) -> None:
    reply = run(context, "SELECT VALUE c.a[1e999] FROM c")
    assert reply.status == 400
    assert orjson.loads(reply.body) == {
        "code": "BadRequest",
        "message": "Syntax error at position 17: the number '1e999' is out of range.",
    }


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("5 % 0", []),
        ("1e308 * 10", []),
        ("ROUND(1e308)", [1e308]),
        ("ROUND(1.5e25, 10)", [1.5e25]),
        ("18446744073709551615 + 1", [2.0**64]),
        ("-18446744073709551615", [-(2.0**64)]),
        ("ROUND(123456, -30)", [0]),
    ],
)
def test_numbers_stay_doubles(context: Context, expression: str, value: list[float]) -> None:
    reply = run(context, f"SELECT VALUE {expression}")
    assert reply.status == 200
    assert orjson.loads(reply.body)["Documents"] == value


# ── bodies ───────────────────────────────────────────────────────────────────────────────────

ODD_BODIES = st.sampled_from(
    [
        b"", b"1e999", b"NaN", b'"\\ud800"', b"\xff", b"[" * 300 + b"]" * 300,
        b'{"id": "9", "deviceId": "d1", "a": ' + b"[" * 130 + b"]" * 130 + b"}",
        b'{"id": "9", "deviceId": "d1", "a": ' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"id": "9", "deviceId": "d1", "a": 1e999}',
        b'{"id": "9", "deviceId": "d1", "a": ' + b"9" * 400 + b"}",
        b'{"id": "9", "deviceId": "d1", "ttl": 1e20}',
    ]
)  # fmt: skip
BODIES = JSON.map(orjson.dumps) | ODD_BODIES
FULL = st.builds(
    lambda more, document_id: orjson.dumps({"deviceId": "d1", **more, "id": document_id}),
    st.dictionaries(st.sampled_from(["a", "b", "ttl", "_ts", "_etag", "deviceId"]), JSON),
    st.sampled_from(["1", "9", "a/b", "", "\n", "é" * 600]),
)


@settings(max_examples=100, suppress_health_check=SLOW)
@given(body=BODIES | FULL)
def test_no_document_ends_in_500(context: Context, body: bytes) -> None:
    pinned = {KEY.replace("-", "_"): '["d1"]'}
    check(context, send(context, "POST", DOCS, body))
    check(context, send(context, "POST", DOCS, body, **pinned, x_ms_documentdb_is_upsert="true"))
    check(context, send(context, "PUT", f"{DOCS}/1", body, **pinned))
    check(context, send(context, "PATCH", f"{DOCS}/1", body, **pinned))
    check(context, send(context, "POST", DOCS, body, x_ms_documentdb_isquery="true"))
    check(context, send(context, "POST", "/dbs", body, x_ms_documentdb_isquery="true"))
    check(context, send(context, "POST", DOCS, body, **pinned, x_ms_cosmos_is_batch_request="true"))


STEPS = st.sampled_from(["a", "b", "n", "u", "f", "0", "-", "9" * 5000, "", "~1"])
PATCHES = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["add", "set", "replace", "remove", "incr", "move", "none"]),
        "path": st.lists(STEPS, max_size=3).map(lambda steps: "/" + "/".join(steps)) | JSON,
    },
    optional={"value": JSON, "from": JSON | st.just("/a")},
)


@settings(max_examples=100, suppress_health_check=SLOW)
@given(operations=st.lists(PATCHES, max_size=3), condition=st.none() | QUERIES | JSON)
@example([{"op": "incr", "path": "/n", "value": 1}], None)
@example([{"op": "incr", "path": "/f", "value": 1e308}], None)
@example([{"op": "set", "path": "/a/a/0", "value": orjson.loads("[" * 127 + "]" * 127)}], None)
def test_no_patch_ends_in_500(
    context: Context, operations: list[dict[str, Any]], condition: object
) -> None:
    body = orjson.dumps({"operations": operations, "condition": condition})
    for name in ("1", "2"):
        headers = {KEY.replace("-", "_"): '["d1"]'}
        check(context, send(context, "PATCH", f"{DOCS}/{name}", body, **headers))


OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "operationType": st.sampled_from(["Create", "Upsert", "Replace", "Patch", "Read", "Delete"])
        | JSON,
        "id": st.just("1") | JSON,
        "ifMatch": JSON,
        "ifNoneMatch": JSON,
        "resourceBody": st.just({"id": "1", "deviceId": "d1"}) | JSON,
    },
)


@settings(max_examples=100, suppress_health_check=SLOW)
@given(operations=st.lists(OPERATIONS | JSON, max_size=3))
def test_no_batch_ends_in_500(context: Context, operations: list[object]) -> None:
    headers = {KEY.replace("-", "_"): '["d1"]', "x_ms_cosmos_is_batch_request": "true"}
    check(context, send(context, "POST", DOCS, orjson.dumps(operations), **headers))


DEFINITIONS = st.fixed_dictionaries(
    {"id": st.sampled_from(["new", "a\nb", "é"]) | JSON},
    optional={
        "partitionKey": JSON
        | st.fixed_dictionaries(
            {"paths": st.lists(st.just("/a") | JSON, max_size=2)},
            optional={"kind": JSON, "version": JSON},
        ),
        "defaultTtl": JSON,
        "uniqueKeyPolicy": JSON,
        "indexingPolicy": JSON
        | st.fixed_dictionaries({}, optional={"excludedPaths": JSON, "includedPaths": JSON}),
        "computedProperties": JSON,
    },
)


@settings(max_examples=100, suppress_health_check=SLOW)
@given(definition=DEFINITIONS)
@example({"id": "new", "partitionKey": {"paths": ["/deviceId"]}, "indexingPolicy": [1]})
@example({"id": "new", "partitionKey": {"paths": ["/deviceId"]}, "defaultTtl": "soon"})
@example({"id": "new", "partitionKey": {"paths": ["/deviceId"], "kind": []}})
def test_no_container_ends_in_500(context: Context, definition: dict[str, object]) -> None:
    body = orjson.dumps(definition)
    check(context, send(context, "POST", "/dbs", body))
    with_ttl = orjson.dumps({**definition, "id": "c"})
    check(context, send(context, "PUT", "/dbs/db/colls/c", with_ttl))
    context.store.roll_back()
    made = send(context, "POST", "/dbs/db/colls", body)
    if made.status == 201:
        name = orjson.loads(made.body)["id"]
        written = send(context, "POST", f"/dbs/db/colls/{name}/docs", b'{"id": "1", "a": 1}')
        assert written.status < 500
    check(context, made)
    context.store.roll_back()


# ── headers ──────────────────────────────────────────────────────────────────────────────────

HEADERS = st.dictionaries(
    st.sampled_from(
        [
            KEY, "x-ms-max-item-count", "x-ms-continuation", "if-none-match", "if-match", "a-im",
            "if-modified-since", "x-ms-start-epk", "x-ms-end-epk",
            "x-ms-documentdb-partitionkeyrangeid", "content-type", "prefer",
        ]
    ),
    st.sampled_from(
        [
            "", "*", "0", "-1", "9" * 30, "9" * 5000, "[]", '["d1"]', "[1e999]", "[[1]]", "[{}]",
            '["d1", "d2"]', "Incremental feed", "return=minimal", "FF",
            "Mon, 01 Jan 0001 00:00:00 GMT", "Mon, 31 Dec 9999 23:59:59 -2359",
            "[" * 300 + "]" * 300,
        ]
    )
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=12),
    max_size=4,
)  # fmt: skip


@settings(max_examples=100, suppress_health_check=SLOW)
@given(
    headers=HEADERS,
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    name=st.sampled_from(["", "/1", "/%00", "/%ff", "/AQAAAAEAAIAAAAAAAAAAAA=="]),
)
@example({"a-im": "Incremental feed", "if-none-match": "9" * 30}, "GET", "")
@example({"a-im": "Incremental feed", "if-none-match": "9" * 5000}, "GET", "")
@example({"x-ms-max-item-count": "9" * 5000}, "GET", "")
def test_no_header_ends_in_500(
    context: Context, headers: dict[str, str], method: str, name: str
) -> None:
    body = b'{"id": "9", "deviceId": "d1"}'
    check(context, answer(context, Call(method, DOCS + name, dict(headers), body)))


TOKEN_PARTS = st.lists(JSON | st.just(2**63), max_size=6)


@settings(max_examples=100, suppress_health_check=SLOW)
@given(parts=TOKEN_PARTS, columns=st.lists(JSON, max_size=3), number=JSON | st.just(2**64 - 1))
def test_no_continuation_token_ends_in_500(
    context: Context, parts: list[object], columns: list[object], number: object
) -> None:
    body = orjson.dumps({"query": "SELECT * FROM c ORDER BY c.n"})
    headers = {
        "x-ms-documentdb-isquery": "true",
        "x-ms-documentdb-query-enablecrosspartition": "true",
        "x-ms-max-item-count": "1",
    }
    first = answer(context, Call("POST", DOCS, dict(headers), body))
    fingerprint, *_ = orjson.loads(first.headers["x-ms-continuation"])
    for token in (parts, [fingerprint, *parts], [fingerprint, 0, 1, columns, number]):
        again = {**headers, "x-ms-continuation": orjson.dumps(token).decode()}
        check(context, answer(context, Call("POST", DOCS, again, body)))
