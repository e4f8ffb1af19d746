"""HTTP requests and answers, between the server and the worker's form of them."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from azure.functions.meta import Datum
from multidict import CIMultiDict, MultiMapping

from local.standins.functions_host.app.converters import converter
from local.standins.functions_host.invocations.invocation import TriggerValue

_OWN_HEADERS = frozenset({"content-length", "transfer-encoding"})  # the server's to set


class UnsendableResultError(TypeError):
    """A function returned what cannot be an HTTP answer."""


async def request_value(request: web.Request, route_values: Mapping[str, str]) -> TriggerValue:
    """The function's HttpRequest. Raises HTTPRequestEntityTooLarge above the server's limit."""
    body = await request.read()
    value = {
        "method": Datum(request.method, "string"),
        "url": Datum(str(request.url), "string"),
        "headers": _join_values(request.headers, empty=True),
        "query": _join_values(request.query, empty=False),
        "params": {name: Datum(text, "string") for name, text in route_values.items()},
        "body": Datum(body, "bytes"),
    }
    return TriggerValue(Datum(value, "http"), {})


def response_of(result: object) -> web.Response:
    """The answer made of what a function returned. Raises UnsendableResultError."""
    if result is None:  # the host has no answer to pass on
        raise UnsendableResultError("returned nothing: return an HttpResponse or a str")
    try:
        datum: Datum = converter("http").encode(result, expected_type=None)
    except NotImplementedError as error:
        raise UnsendableResultError(
            f"returned {type(result).__name__}: return an HttpResponse or a str"
        ) from error
    if datum.type == "string":
        return web.Response(text=datum.value)
    parts = datum.value
    headers: CIMultiDict[str] = CIMultiDict(
        (name, header.value)
        for name, header in parts["headers"].items()
        if name.lower() not in _OWN_HEADERS
    )
    for cookies in parts["cookies"] or []:
        for cookie in cookies.values():
            headers.add("Set-Cookie", cookie.OutputString())
    return web.Response(
        status=int(parts["status_code"].value), headers=headers, body=parts["body"].value
    )


def _join_values(pairs: MultiMapping[str], *, empty: bool) -> dict[str, Datum]:
    """Each name once; several values joined by commas, as the real host hands them over.

    *empty*: whether names without a value count; the real host drops them of a query.
    """
    joined = {name: ",".join(pairs.getall(name)) for name in pairs}
    return {name: Datum(text, "string") for name, text in joined.items() if text or empty}
