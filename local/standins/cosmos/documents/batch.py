"""Transactional batches: all operations or none."""

from __future__ import annotations

from typing import Any, Final

import orjson

from local.standins.cosmos.context import Context, container_headers
from local.standins.cosmos.documents.operations import Conditions, Documents, Outcome
from local.standins.cosmos.documents.points import KEY_HEADER, wants_minimum
from local.standins.cosmos.errors import BadRequestError, CosmosError, TooLargeError
from local.standins.cosmos.query.values import Value
from local.standins.cosmos.state.partition import parse_key
from local.standins.cosmos.state.table import MOST_BYTES
from local.standins.cosmos.wire import Call, Reply

MOST_OPERATIONS: Final = 100
_MULTI_STATUS, _FAILED_DEPENDENCY = 207, 424


def run_batch(context: Context, call: Call) -> Reply:
    """200 with every outcome, or 207 with the failure and 424 for all others."""
    container = context.container(call)
    operations = _operations(call)
    header = call.header(KEY_HEADER)
    if not header:
        raise BadRequestError(f"The header {KEY_HEADER} is missing: a batch has one key.")
    documents = Documents(context.store, container, parse_key(header))
    results, status = _run_all(context, documents, operations, with_bodies=not wants_minimum(call))
    headers = container_headers(container)
    charge = sum(result["requestCharge"] for result in results)
    headers["x-ms-request-charge"] = f"{charge:.2f}"
    return Reply(status, orjson.dumps(results), headers)


def _run_all(
    context: Context, documents: Documents, operations: list[Any], *, with_bodies: bool
) -> tuple[list[dict[str, Any]], int]:
    results: list[dict[str, Any]] = []
    try:
        with context.store.atomic():
            # One by one: how many succeeded says which failed.
            for operation in operations:
                outcome = _run(documents, operation)
                is_read = operation["operationType"] == "Read"
                result = _result(outcome, with_body=with_bodies or is_read)
                results.append(result)
    except CosmosError as error:
        return _failure(error, len(results), len(operations)), _MULTI_STATUS
    return results, 200


def _operations(call: Call) -> list[Any]:
    if len(call.body) > MOST_BYTES:
        raise TooLargeError(f"The batch is larger than {MOST_BYTES} bytes.")
    operations = call.json()
    if not isinstance(operations, list) or not operations:
        raise BadRequestError("A batch is a list of operations and not empty.")
    if len(operations) > MOST_OPERATIONS:
        raise BadRequestError(
            f"A batch has at most {MOST_OPERATIONS} operations, not {len(operations)}."
        )
    return operations


def _run(documents: Documents, operation: Value) -> Outcome:
    if not isinstance(operation, dict):
        raise BadRequestError(f"The operation {operation!r} is not an object.")
    kind = operation.get("operationType")
    conditions = Conditions(*(_read_etag(operation, name) for name in ("ifMatch", "ifNoneMatch")))
    body, name = operation.get("resourceBody"), str(operation.get("id"))
    if kind == "Read":
        return documents.read(name, conditions)
    if kind == "Delete":
        return documents.delete(name, conditions)
    if not isinstance(body, dict):
        raise BadRequestError(f"The operation {kind!r} needs a resourceBody.")
    if kind == "Create":
        return documents.create(body)
    if kind == "Upsert":
        return documents.upsert(body, conditions)
    if kind == "Replace":
        return documents.replace(name, body, conditions)
    if kind == "Patch":
        return documents.patch(name, body, conditions)
    raise BadRequestError(f"A batch knows no operation {kind!r}.")


def _read_etag(operation: dict[str, Any], name: str) -> str | None:
    etag = operation.get(name)
    if etag is not None and not isinstance(etag, str):
        raise BadRequestError(f"The operation's {name} {etag!r} is not text.")
    return etag


def _result(outcome: Outcome, *, with_body: bool) -> dict[str, Any]:
    result: dict[str, Any] = {"statusCode": outcome.status, "requestCharge": outcome.charge}
    if outcome.stored is not None:
        result["eTag"] = outcome.stored.etag
        if with_body:
            result["resourceBody"] = orjson.Fragment(outcome.stored.body)
    return result


def _failure(error: CosmosError, index: int, count: int) -> list[dict[str, Any]]:
    others: dict[str, Any] = {"statusCode": _FAILED_DEPENDENCY, "requestCharge": 0}
    results = [dict(others) for _ in range(count)]
    results[index] = {
        "statusCode": error.status,
        "subStatusCode": error.substatus,
        "requestCharge": 1,
        "message": error.message,
    }
    return results
