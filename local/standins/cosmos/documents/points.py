"""Requests for one document."""

from __future__ import annotations

from local.standins.cosmos.context import Context, container_headers
from local.standins.cosmos.documents.operations import Conditions, Documents, Outcome
from local.standins.cosmos.errors import BadRequestError, NotImplementedHereError
from local.standins.cosmos.state.partition import parse_key
from local.standins.cosmos.state.resources import Container
from local.standins.cosmos.wire import Call, Reply

KEY_HEADER = "x-ms-documentdb-partitionkey"


def write_document(context: Context, call: Call) -> Reply:
    """POST: create, or upsert when the header says so."""
    container = context.container(call)
    document = call.json_object()
    header = call.header(KEY_HEADER)
    key = parse_key(header) if header else container.partitioning.key_of(document)
    documents = Documents(context.store, container, key)
    if call.flag("x-ms-documentdb-is-upsert"):
        return _reply(call, container, documents.upsert(document, _conditions(call)))
    return _reply(call, container, documents.create(document))


def read_document(context: Context, call: Call) -> Reply:
    container, documents, name = _target(context, call)
    return _reply(call, container, documents.read(name, _conditions(call)))


def replace_document(context: Context, call: Call) -> Reply:
    container, documents, name = _target(context, call)
    outcome = documents.replace(name, call.json_object(), _conditions(call))
    return _reply(call, container, outcome)


def patch_document(context: Context, call: Call) -> Reply:
    container, documents, name = _target(context, call)
    return _reply(call, container, documents.patch(name, call.json(), _conditions(call)))


def delete_document(context: Context, call: Call) -> Reply:
    container, documents, name = _target(context, call)
    return _reply(call, container, documents.delete(name, _conditions(call)))


def _target(context: Context, call: Call) -> tuple[Container, Documents, str]:
    container = context.container(call)
    header = call.header(KEY_HEADER)
    if not header:
        raise BadRequestError(f"The header {KEY_HEADER} is missing: every document has a key.")
    return container, Documents(context.store, container, parse_key(header)), call.segments[5]


def _conditions(call: Call) -> Conditions:
    return Conditions(call.header("if-match"), call.header("if-none-match"))


def _reply(call: Call, container: Container, outcome: Outcome) -> Reply:
    headers = container_headers(container)
    headers["x-ms-request-charge"] = str(outcome.charge)
    stored = outcome.stored
    if stored is None:
        return Reply(outcome.status, headers=headers)
    headers["etag"] = stored.etag
    has_body = outcome.status != 304 and not wants_minimum(call)
    return Reply(outcome.status, stored.body.encode() if has_body else b"", headers)


def wants_minimum(call: Call) -> bool:
    """Whether the client does not want back what it wrote."""
    return call.header("prefer") == "return=minimal"


def refuse_triggers(call: Call) -> None:
    """Raises NotImplementedHereError when the call wants a trigger run."""
    for name in ("pre", "post"):
        if call.header(f"x-ms-documentdb-{name}-trigger-include"):
            raise NotImplementedHereError("Triggers are not supported.")
