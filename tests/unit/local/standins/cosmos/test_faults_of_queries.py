"""Whatever a client asks: its faults are 4xx in Cosmos DB's shape, never a 500."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local.standins.cosmos.context import Context
from local.standins.cosmos.routes import answer
from local.standins.cosmos.wire import Call
from tests.unit.local.standins.cosmos.client_calls import DOCS, JSON, KEY, SLOW, check, run
from tests.unit.local.standins.cosmos.odd_queries import QUERIES


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
