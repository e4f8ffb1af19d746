"""Whatever a client stores: its faults are 4xx in Cosmos DB's shape, never a 500."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local.standins.cosmos.context import Context
from tests.unit.local.standins.cosmos.client_calls import DOCS, JSON, KEY, SLOW, check, send
from tests.unit.local.standins.cosmos.odd_queries import QUERIES

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
