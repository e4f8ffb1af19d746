"""What is not a route answers as everything else does that goes wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence

import azure.functions as func

from tocsin.triggers.api.answers import answer_problem
from tocsin.triggers.api.calls import AnyRoute

# The host tries routes in the order of their functions' names, whatever is more exact: this one
# takes every path, so its name has to be the last.
NAME = "zz_no_route"


def add_no_route(app: func.Blueprint, routes: Sequence[AnyRoute]) -> None:
    """Answer every path and method that none of *routes* does: 404, or 405 with ``Allow``."""

    @app.function_name(NAME)
    @app.route("api/{*path}", auth_level=func.AuthLevel.ANONYMOUS)
    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        path = req.route_params.get("path") or ""
        allowed = sorted({route.method for route in routes if _matches(route.path, path)})
        # A path of the right shape whose number no route takes is no route either.
        if not allowed or req.method in allowed:
            text = f"there is no {f'/api/{path}'!r:.140}; /api/docs shows all that there is"
            return answer_problem(404, text)
        verbs = ", ".join(allowed)
        text = f"{f'/api/{path}'!r:.140} takes {verbs}, not {req.method}"
        return answer_problem(405, text, headers={"Allow": verbs})


def _matches(template: str, path: str) -> bool:
    """Whether *path* is one of the route written as *template*."""
    parts = (_to_pattern(part) for part in template.split("/"))
    return re.fullmatch("/".join(parts), path.strip("/"), re.IGNORECASE) is not None


def _to_pattern(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return r"-?\d+" if part.endswith(":int}") else "[^/]+"
