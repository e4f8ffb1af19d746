"""Answers of HTTP functions: typed JSON, and one shape for whatever goes wrong (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self, TypeVar

import azure.functions as func
import msgspec

from tocsin.domain.errors import (
    BusyError,
    ChangedMeanwhileError,
    ConflictError,
    DeliveryError,
    ForbiddenError,
    HubAwayError,
    InvalidProblemError,
    InvalidRequestError,
    NotFoundError,
    OutdatedError,
    RefusedError,
    TooLargeError,
    TooManyCallsError,
    UnauthenticatedError,
    UnsupportedTypeError,
)
from tocsin.settings import InvalidSettingError

log = logging.getLogger(__name__)

STATUS: Mapping[type, int] = {  # of an error, or of the next above it in the tree
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    InvalidRequestError: 400,
    TooLargeError: 413,
    UnsupportedTypeError: 415,
    InvalidProblemError: 400,
    NotFoundError: 404,
    BusyError: 409,
    ChangedMeanwhileError: 409,
    OutdatedError: 412,
    TooManyCallsError: 429,
    ConflictError: 409,
    HubAwayError: 503,
    RefusedError: 400,
    DeliveryError: 503,
}
JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
# What such an error says of itself is for the log.
AWAY = "a service that this needs does not answer just now; try again"
REFUSED = "a service that this needs refuses it, and will refuse it again; the log says why"
UNSET = "settings of the function app are missing or malformed"
MOST_LETTERS = 2_000


class Output(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What a route answers: names in camel case, types as annotated."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """*document* as this record.

        Raises msgspec.ValidationError where it is none: then the code and what it says of itself
        differ, and that is a fault of ours.
        """
        return msgspec.convert(document, cls)


Kind = TypeVar("Kind", bound=Output)


class Listed(Output, kw_only=True):
    """A list. ``damaged``: ids of what is stored and cannot be shown; the log says why."""

    damaged: list[str] = []


def read_each(
    kind: type[Kind], documents: Iterable[Mapping[str, Any]]
) -> tuple[list[Kind], list[str]]:
    """*documents* as records, and the ids of those that are none: one stored by an older version,
    or spoilt, must not hide the others."""
    sound: list[Kind] = []
    damaged: list[str] = []
    for document in documents:
        try:
            sound.append(kind.read(document))
        except msgspec.ValidationError as error:
            name = str(document.get("id") or document.get("name"))
            log.error("%s %r cannot be shown: %s", kind.__name__, name, error)  # noqa: TRY400 (told)
            damaged.append(name)
    return sound, damaged


class Revised(Output):
    """What several people may change at once; ``revision`` counts the changes.

    The answer has it as its ETag, and a change takes it in If-Match.
    """

    revision: int


class Problem(Output):
    """Why a request was not served (RFC 9457).

    ``title`` is the name of the status; ``detail`` names the thing that is wrong, and what to do
    about it.
    """

    type: str
    title: str
    status: int
    detail: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with another status than 200, with headers, or of another kind than JSON."""

    content: Output | bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    mimetype: str = JSON


def write_answer(answer: Answer) -> func.HttpResponse:
    content = answer.content
    etag = {"ETag": f'"{content.revision}"'} if isinstance(content, Revised) else {}
    return func.HttpResponse(
        content if isinstance(content, bytes) else msgspec.json.encode(content),
        status_code=answer.status,
        headers={**answer.headers, **etag},
        mimetype=answer.mimetype,
    )


def shorten(text: str) -> str:
    """A text may quote what was sent, which may be long."""
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def answer_problem(
    status: int, text: str, *, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """The one shape of every answer that is no success.

    Its type is about:blank, which says that the status tells all that a program could need.
    """
    problem = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        # A lone half of a surrogate pair, sent as \ud800, is no text that an answer can hold.
        detail=shorten(text).encode(errors="replace").decode(),
    )
    return write_answer(Answer(problem, status, headers or {}, PROBLEM_JSON))


def answer_error(error: Exception, what: str) -> func.HttpResponse:
    """Say what *error* means for whoever asked; *what* they asked for, in the log.

    What a caller can do nothing about is logged with its traceback and answered without details.
    """
    if isinstance(error, InvalidSettingError):
        log.error("%s: %s", what, error)
        return answer_problem(503, f"{UNSET}: {', '.join(error.names)}; the log says more")
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        log.error("%s failed", what, exc_info=error)
        return answer_problem(500, "this failed; the reason is in the log of the function app")
    if isinstance(error, DeliveryError) and not isinstance(error, HubAwayError):
        log.warning("%s: %s", what, error)
        return answer_problem(status, REFUSED if isinstance(error, RefusedError) else AWAY)
    headers = {"Retry-After": str(error.wait_s)} if isinstance(error, TooManyCallsError) else None
    return answer_problem(status, str(error), headers=headers)
