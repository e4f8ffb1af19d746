"""What a browser on this machine must not be tricked into: checks before every request."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware
from yarl import URL

from local.standins.front_door.errors import error_answer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})


def guard(address: str) -> Middleware:
    """A middleware for a server that listens at *address*."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not host_allowed(request.headers.get("Host", ""), address):
            # Else a web page elsewhere could point its own name at this machine (DNS rebinding).
            return error_answer(403, "WrongHost", f"call this server localhost or {address}")
        if request.method not in _READING and not origin_allowed(
            request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site"), request.host
        ):
            return error_answer(403, "WrongOrigin", "another site may not change anything here")
        return await handler(request)

    return check


def host_allowed(host: str, address: str) -> bool:
    """Whether the Host header names this machine: localhost, *address*, or any IP for 0.0.0.0."""
    name = _host_name(host)
    if name in {"localhost", address.lower()}:
        return True
    ip = _ip(name)
    if ip is None:
        return False
    own = _ip(address)
    return own is None or own.is_unspecified or ip == own


def origin_allowed(origin: str | None, fetch_site: str | None, host: str) -> bool:
    """Whether a request that changes something comes from a page of this server, or from none."""
    if origin is not None:
        return origin.lower() == f"http://{host.lower()}"
    return fetch_site is None or fetch_site in _OWN_SITES


def is_loopback(address: str) -> bool:
    ip = _ip(address)
    return address == "localhost" or (ip is not None and ip.is_loopback)


def _host_name(host: str) -> str:
    try:
        return (URL(f"http://{host}").host or "").lower()
    except ValueError:
        return ""


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
