"""A request and an answer, free of any HTTP server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import orjson

from local.standins.cosmos.errors import BadRequestError, CosmosError
from local.standins.cosmos.json_text import parse_json
from local.standins.cosmos.query.values import Value


@dataclass(slots=True)
class Call:
    """One request. ``path`` is still percent-encoded, header names are in lower case.

    ``segments`` are the decoded parts of the path: ``dbs, tocsin, colls, readings, …``
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    segments: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.segments = [unquote(part) for part in self.path.split("/") if part]

    def header(self, name: str) -> str | None:
        return self.headers.get(name)

    def flag(self, name: str) -> bool:
        return self.headers.get(name, "").lower() == "true"

    def json(self) -> Value:
        """The body. Raises BadRequestError when it is not JSON, or nests too deep."""
        return parse_json(self.body)

    def json_object(self) -> dict[str, Any]:
        found = self.json()
        if not isinstance(found, dict):
            raise BadRequestError("The request body must be a JSON object.")
        return found


@dataclass(slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def error_reply(error: CosmosError) -> Reply:
    body = orjson.dumps({"code": error.code, "message": error.message})
    return Reply(error.status, body, {"x-ms-substatus": str(error.substatus)})
