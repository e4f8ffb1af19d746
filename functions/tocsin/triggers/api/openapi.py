"""The OpenAPI 3.1 document of the API, made from the routes and the records that they declare."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from tocsin.domain.access.principal import ANYONE, SIGNED_IN, VIEWER
from tocsin.triggers.api.answers import JSON, PROBLEM_JSON, Problem
from tocsin.triggers.api.calls import AnyRoute
from tocsin.triggers.api.inputs import CONTENT_TYPES, Nothing

Part = dict[str, Any]

VERSION = "1"
INTRODUCTION = (
    "Tocsin watches a fleet of industrial devices. Times are whole numbers of milliseconds since "
    "1970-01-01 00:00 UTC. A parameter or key that is not described here is refused."
)
ANY_ROUTE = frozenset({400, 429, 500, 503})
WITH_USER = frozenset({401, 403})
WITH_BODY = frozenset({413, 415})
_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")


def describe_api(routes: Sequence[AnyRoute]) -> Part:
    """The document of *routes*, as JSON."""
    kinds = [*dict.fromkeys(_list_kinds(routes))]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    named = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, Part] = {}
    for route in routes:
        path = "/api/" + _PARAMETER.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _describe_route(route, named, components)
    for route in routes:  # what they hold is described as parameters
        components.pop(route.query.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tocsin", "version": VERSION, "description": INTRODUCTION},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SECURITY},
    }


ETAG: Part = {"type": "string", "pattern": r'^"\d{1,15}"$'}
IF_MATCH: Part = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what the change is meant for; 412 where another one is in force.",
    "schema": ETAG,
}
SECURITY: Part = {
    "signIn": {
        "type": "apiKey",
        "in": "cookie",
        "name": "AppServiceAuthSession",
        "description": "The platform's sign-in; programs may send a bearer token instead.",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "A personal key of the scope that the route asks for.",
    },
}


def list_failures(route: AnyRoute) -> frozenset[int]:
    """The statuses of all problems that *route* may answer."""
    failures = ANY_ROUTE | route.fails | ({412} if route.takes_revision else set())
    if route.role != ANYONE:
        failures |= WITH_USER
    return failures | WITH_BODY if route.body is not Nothing else failures


def _list_kinds(routes: Sequence[AnyRoute]) -> Iterator[type[msgspec.Struct]]:
    yield Problem
    for route in routes:
        yield route.query
        yield route.body
        for answer in route.answers.values():
            if not isinstance(answer, str):
                yield answer


def _describe_route(
    route: AnyRoute, named: Mapping[type, Part], components: Mapping[str, Part]
) -> Part:
    title, _, text = (inspect.getdoc(route.handler) or "").partition("\n\n")
    query = components[route.query.__name__]
    described: Part = {
        "operationId": route.name,
        "tags": [route.path.partition("/")[0]],
        "summary": title.removesuffix("."),
        "description": _describe_use(text, route),
        "parameters": [
            *_describe_path(route.path),
            *_describe_query(query),
            *([IF_MATCH] if route.takes_revision else []),
        ],
        "responses": _describe_answers(route, named),
        "security": _describe_security(route),
    }
    if route.body is not Nothing:
        content = {kind: {"schema": named[route.body]} for kind in sorted(CONTENT_TYPES)}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _describe_use(text: str, route: AnyRoute) -> str:
    notes = [" ".join(text.split()), f"Role: {route.role}."]
    if len(_describe_security(route)) > 1:
        notes.append(f"Scope of an API key: {route.scope}.")
    if route.everywhere:
        notes.append("For those who may act on all sites.")
    return " ".join(filter(None, notes))


def _describe_security(route: AnyRoute) -> list[Part]:
    if route.role == ANYONE:
        return []
    takes_keys = route.role in {VIEWER, SIGNED_IN} and route.scope is not None
    return [{"signIn": []}, *([{"apiKey": []}] if takes_keys else [])]


def _describe_path(path: str) -> Iterator[Part]:
    for name, kind in _PARAMETER.findall(path):
        schema = {"type": "integer"} if kind == "int" else {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _describe_query(record: Part) -> Iterator[Part]:
    for name, schema in record["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in record.get("required", ()),
            "schema": _drop_null(schema),
        }


def _drop_null(schema: Part) -> Part:
    """A parameter is given or left out; it is never null."""
    without = {name: value for name, value in schema.items() if value is not None}
    choices = without.pop("anyOf", None)
    if choices is None:
        return without
    kept = [choice for choice in choices if choice != {"type": "null"}]
    return without | (kept[0] if len(kept) == 1 else {"anyOf": kept})


def _describe_answers(route: AnyRoute, named: Mapping[type, Part]) -> Part:
    answers: Part = {}
    for status in sorted(route.answers.keys() | list_failures(route)):
        content: Part = {}
        kind = route.answers.get(status)
        if isinstance(kind, str):
            content[kind] = {}
        elif kind is not None:
            content[JSON] = {"schema": named[kind]}
        if status in list_failures(route):
            content[PROBLEM_JSON] = {"schema": named[Problem]}
        answers[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
        if route.has_revision and kind is not None:
            answers[str(status)]["headers"] = {"ETag": {"schema": ETAG, "required": True}}
    return answers
