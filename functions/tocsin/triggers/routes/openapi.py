"""The HTTP API of the API itself: what it takes and answers, for programs and to read."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import msgspec

from tocsin.domain.access.principal import ANYONE
from tocsin.triggers.api.answers import JSON, Answer
from tocsin.triggers.api.calls import AnyRoute, Call, Route
from tocsin.triggers.api.docs_page import HEADERS, render_page
from tocsin.triggers.api.inputs import Nothing
from tocsin.triggers.api.openapi import describe_api

HTML = "text/html"


def add_descriptions(routes: Sequence[AnyRoute]) -> tuple[AnyRoute, ...]:
    """*routes*, and those that describe all of them, themselves included."""

    # At the first call: the app starts without it, and it never changes.
    @functools.cache
    def write_document() -> bytes:
        return msgspec.json.encode(describe_api(every))

    @functools.cache
    def write_page() -> bytes:
        return render_page(describe_api(every)).encode()

    async def show_openapi(_: Call[Nothing, Nothing]) -> Answer:
        """This API as an OpenAPI 3.1 document."""
        return Answer(write_document())

    async def show_docs(_: Call[Nothing, Nothing]) -> Answer:
        """The OpenAPI document as a page to read; it loads nothing from outside."""
        return Answer(write_page(), headers=HEADERS, mimetype=HTML)

    every: tuple[AnyRoute, ...] = (
        *routes,
        Route(
            "openapi", "GET", "openapi.json", ANYONE, Nothing, Nothing, {200: JSON}, show_openapi
        ),
        Route("docs", "GET", "docs", ANYONE, Nothing, Nothing, {200: HTML}, show_docs),
    )
    return every
