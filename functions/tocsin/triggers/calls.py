"""What every HTTP function does besides its own work: who asks, may they, what did they send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import azure.functions as func

from tocsin.bootstrap import Services
from tocsin.domain.errors import ForbiddenError
from tocsin.domain.principal import ANYONE, Principal, parse_principal
from tocsin.triggers.answers import Answer, Output, answer_error, write_answer
from tocsin.triggers.inputs import Input, parse_body, parse_query

Query = TypeVar("Query", bound=Input)
Body = TypeVar("Body", bound=Input)


@dataclass(frozen=True, slots=True)
class Call(Generic[Query, Body]):
    """One request, held against what its route declares. ``path``: the parameters in its path."""

    path: Mapping[str, str]
    query: Query
    body: Body
    services: Services
    principal: Principal


@dataclass(frozen=True, slots=True)
class Route(Generic[Query, Body]):
    """A function ``name`` at *path*.

    role: who may call it, besides those who may do more; ANYONE without signing in.
    query, body: the records of all that it takes; anything else is refused.
    answers: by status the record that it answers, or the media type of what is no JSON.
    handler: what it does; the first line of its docstring is its title in the OpenAPI document.
    fails: the statuses of its problems, besides those that every route may answer.
    """

    name: str
    method: str
    path: str
    role: str
    query: type[Query]
    body: type[Body]
    answers: Mapping[int, type[Output] | str]
    handler: Callable[[Call[Query, Body]], Awaitable[Output | Answer]]
    fails: frozenset[int] = frozenset()


AnyRoute = Route[Any, Any]


def add_route(app: func.Blueprint, services: Callable[[], Services], route: AnyRoute) -> None:
    # Anonymous to the functions host: the platform's authentication stands before it.
    @app.function_name(route.name)
    @app.route(route.path, methods=[route.method], auth_level=func.AuthLevel.ANONYMOUS)
    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        try:
            found = await route.handler(_parse_call(req, services(), route))
            return write_answer(found if isinstance(found, Answer) else Answer(found))
        except Exception as error:  # noqa: BLE001 (the host would answer without a word; this logs it)
            return answer_error(error, f"{route.method} {route.path}")


def _parse_call(request: func.HttpRequest, services: Services, route: AnyRoute) -> Call[Any, Any]:
    """Raises the errors that ``answer_error`` translates, the one about the user first."""
    principal = _admit(request, services, route.role)
    return Call(
        path=request.route_params,
        query=parse_query(route.query, request),
        body=parse_body(route.body, request),
        services=services,
        principal=principal,
    )


def _admit(request: func.HttpRequest, services: Services, role: str) -> Principal:
    if role == ANYONE:
        return Principal(ANYONE, frozenset())
    if not services.platform_auth:
        raise ForbiddenError(
            "the platform's authentication is off for this app, so no user can be trusted"
        )
    principal = parse_principal(request.headers.get("x-ms-client-principal"))
    principal.must_be(role)
    return principal
