"""A query as clients send it: its text and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local.standins.cosmos.errors import BadRequestError
from local.standins.cosmos.query.parser import parse
from local.standins.cosmos.query.program import Program

MOST_CHARACTERS: Final = 262_144


def compile_query(content: Mapping[str, Any]) -> Program:
    """The program of ``{"query": text, "parameters": [{"name": …, "value": …}]}``.

    Raises BadRequestError that names what is wrong.
    """
    text = content.get("query")
    if not isinstance(text, str) or not text.strip():
        raise BadRequestError("The request body has no 'query' text.")
    if len(text) > MOST_CHARACTERS:
        raise BadRequestError(f"The query is longer than {MOST_CHARACTERS} characters.")
    return Program(parse(text), _read_parameters(content.get("parameters") or []))


def _read_parameters(given: object) -> dict[str, Any]:
    if not isinstance(given, list):
        raise BadRequestError("The parameters are not a list.")
    try:
        return {str(parameter["name"]): parameter["value"] for parameter in given}
    except (TypeError, KeyError) as error:
        raise BadRequestError("Each parameter needs a name and a value.") from error
