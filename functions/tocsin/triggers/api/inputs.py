"""What a request may carry: each route declares its query parameters and its body as a record.

Whatever a record does not declare is refused by name, so that a misspelt parameter never counts as
one left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import msgspec

from tocsin.domain.errors import InvalidRequestError, TooLargeError, UnsupportedTypeError
from tocsin.triggers.api.input_checks import check_record

_ETAG = re.compile(r'"(\d{1,15})"', re.ASCII)
CONTENT_TYPES = frozenset({"application/json", "application/merge-patch+json"})


class Input(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The query parameters or the body of a route: names in camel case, types as annotated.

    ``__post_init__`` may check further; what a ValueError says there is the answer.
    most_bytes: what is read of a body.
    """

    most_bytes: ClassVar[int] = 1024 * 1024

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """A body. Raises InvalidRequestError naming what is wrong, and the fix."""
        content = load_json(raw)
        if not isinstance(content, dict):
            raise InvalidRequestError("the body must be a JSON object")
        return _convert(content, cls, are_texts=False)


class Nothing(Input):
    """A route that takes none."""


AnyInput = TypeVar("AnyInput", bound=Input)


def parse_query(kind: type[AnyInput], request: func.HttpRequest) -> AnyInput:
    """The query parameters. Raises InvalidRequestError naming what is wrong, and the fix."""
    _check_named_once(parse_qsl(urlsplit(request.url).query, keep_blank_values=True), "parameter")
    return _convert(dict(request.params), kind, are_texts=True)


def parse_body(kind: type[AnyInput], request: func.HttpRequest) -> AnyInput:
    """The JSON object sent along; not read where the route takes none.

    Raises InvalidRequestError. The content type must say JSON: a form of another web site cannot,
    so nobody who is signed in can be made to send it.
    """
    if kind is Nothing:
        return kind()
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in CONTENT_TYPES:
        raise UnsupportedTypeError("send JSON, with content-type application/json")
    raw = request.get_body()
    if len(raw) > kind.most_bytes:
        raise TooLargeError(f"the body has more than {kind.most_bytes} bytes")
    return kind.parse(raw)


def load_json(raw: bytes) -> Any:  # noqa: ANN401 (any JSON)
    """Strictly: no key twice, no infinity. Raises InvalidRequestError."""
    try:
        return json.loads(raw, object_pairs_hook=_to_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(f"the body is no JSON: {error}") from error


def parse_revision(request: func.HttpRequest) -> int | None:
    """The revision that a change is meant for, from If-Match; None for whatever is in force.

    Raises InvalidRequestError for what no ETag of ours can be.
    """
    text = request.headers.get("if-match")
    if text is None or text.strip() == "*":
        return None
    found = _ETAG.fullmatch(text.strip())
    if found is None:
        raise InvalidRequestError(
            f'If-Match must be the ETag of an answer, such as "3", not {text!r:.80}'
        )
    return int(found[1])


def _convert(values: Mapping[str, Any], kind: type[AnyInput], *, are_texts: bool) -> AnyInput:
    check_record(values, kind, are_texts=are_texts)
    try:
        return msgspec.convert(values, kind, strict=not are_texts)
    except msgspec.ValidationError as error:
        # Types and names are right by now: this is what the record's own check says.
        raise InvalidRequestError(str(error)) from error


def _to_object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    _check_named_once(pairs, "key")
    return dict(pairs)


def _check_named_once(pairs: Sequence[tuple[str, Any]], noun: str) -> None:
    names: set[str] = set()
    for name, _ in pairs:
        if name in names:
            raise InvalidRequestError(f"the {noun} {name!r:.80} is given more than once")
        names.add(name)


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
