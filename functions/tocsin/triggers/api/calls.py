"""What every HTTP function does besides its own work: who asks, may they, what did they send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import azure.functions as func

from tocsin.domain.access.api_key import Scope
from tocsin.domain.access.people import Rights
from tocsin.domain.access.principal import Principal
from tocsin.services import Services
from tocsin.triggers.api.admission import admit, check_site_rights
from tocsin.triggers.api.answers import Answer, Output, Revised, answer_error, write_answer
from tocsin.triggers.api.inputs import Input, parse_body, parse_query, parse_revision

Query = TypeVar("Query", bound=Input)
Body = TypeVar("Body", bound=Input)


@dataclass(frozen=True, slots=True)
class Call(Generic[Query, Body]):
    """One request, held against what its route declares.

    path: the parameters in its path.
    rights: who asks, and where they may look and act. A site that the query names was held against
        them; whatever else names a site or a device is the handler's to hold against them.
    revision: the one that a change is meant for; None for whatever is in force.
    """

    path: Mapping[str, str]
    query: Query
    body: Body
    services: Services
    rights: Rights
    revision: int | None = None

    @property
    def principal(self) -> Principal:
        return self.rights.principal


@dataclass(frozen=True, slots=True)
class Route(Generic[Query, Body]):
    """A function ``name`` at *path*.

    role: who may call it, besides those who may do more; ANYONE without signing in.
    query, body: the records of all that it takes; anything else is refused.
    answers: by status the record that it answers, or the media type of what is no JSON.
    handler: what it does; the first line of its docstring is its title in the OpenAPI document.
    fails: the statuses of its problems, besides those that every route may answer.
    everywhere: it may concern any site, so it is for those who may act on all of them.
    scope: what an API key must be for to call it; no key may, where it is None or the role is more
        than that of a viewer.
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
    everywhere: bool = False
    scope: Scope | None = "read"

    @property
    def has_revision(self) -> bool:
        """Whether what it answers is revised, and has an ETag."""
        kinds = self.answers.values()
        return any(isinstance(kind, type) and issubclass(kind, Revised) for kind in kinds)

    @property
    def takes_revision(self) -> bool:
        """Whether it changes what is revised, and takes If-Match."""
        return self.has_revision and self.method != "GET"


AnyRoute = Route[Any, Any]


def add_route(app: func.Blueprint, services: Callable[[], Services], route: AnyRoute) -> None:
    # Anonymous to the functions host: the platform's authentication stands before it.
    @app.function_name(route.name)
    @app.route(f"api/{route.path}", methods=[route.method], auth_level=func.AuthLevel.ANONYMOUS)
    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        try:
            found = await route.handler(await _parse_call(req, services(), route))
            return write_answer(found if isinstance(found, Answer) else Answer(found))
        except Exception as error:  # noqa: BLE001 (the host would answer without a word; this logs it)
            return answer_error(error, f"{route.method} {route.path}")


async def _parse_call(
    request: func.HttpRequest, services: Services, route: AnyRoute
) -> Call[Any, Any]:
    """Raises the errors that ``answer_error`` translates, the one about the user first."""
    rights = await admit(request, services, route)
    query = parse_query(route.query, request)
    check_site_rights(query, rights, route)
    return Call(
        path=request.route_params,
        query=query,
        body=parse_body(route.body, request),
        services=services,
        rights=rights,
        revision=parse_revision(request) if route.takes_revision else None,
    )
