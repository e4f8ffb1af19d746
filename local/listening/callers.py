"""Who calls: what a request's Host and Origin headers say about the page behind it.

A browser opens any page, and any page may send requests to ports of this machine. What it cannot
do is lie about its own address in Origin, and about the one it has called in Host.
"""

from __future__ import annotations

from aiohttp import web
from yarl import URL

from local.listening.addresses import is_loopback, parse_ip

_READING = frozenset({"GET", "HEAD"})
_OWN_SITE = frozenset({"same-origin", "none"})
_THIS_MACHINE = _OWN_SITE | {"same-site"}


def is_host_allowed(host: str, address: str) -> bool:
    """Whether the Host header names this machine: localhost or *address*, however written."""
    name = _read_host_name(host)
    if name in {"localhost", address.lower()}:
        return True
    ip = parse_ip(name)
    return ip is not None and ip == parse_ip(address)


def is_own_page(request: web.BaseRequest) -> bool:
    """Whether the request comes from a page of this very server, or from no page at all."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin.lower() == f"http://{request.host.lower()}"
    return _read_fetch_site(request) in _OWN_SITE


def is_link(request: web.BaseRequest) -> bool:
    """Whether the request may be a link that somebody followed, from whatever page.

    What a script asks of another site has an Origin, and what follows a link has none.
    """
    return request.method in _READING and "Origin" not in request.headers


def is_local_page(request: web.BaseRequest) -> bool:
    """Whether the request comes from a page of any server on this machine, or from no page."""
    origin = request.headers.get("Origin")
    if origin is not None:
        scheme, separator, host = origin.partition("://")
        is_web = scheme.lower() in {"http", "https"} and bool(separator)
        return is_web and is_loopback(_read_host_name(host))
    return _read_fetch_site(request) in _THIS_MACHINE


def _read_fetch_site(request: web.BaseRequest) -> str:
    """What a browser says of the page's relation to this server; "none" from other callers."""
    return request.headers.get("Sec-Fetch-Site", "none")


def _read_host_name(host: str) -> str:
    try:
        url = URL(f"http://{host}")
    except ValueError:
        return ""
    is_plain = url.path == "/" and url.user is None and not url.query_string and not url.fragment
    return (url.host or "").lower() if is_plain else ""
