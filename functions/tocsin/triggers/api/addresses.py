"""From where a request comes: what those are limited by whom nobody names."""

from __future__ import annotations

import ipaddress

import azure.functions as func

FORWARDED_FOR_HEADER = "x-forwarded-for"
UNKNOWN = "unknown"
NETWORK_BITS = 64  # of an IPv6 address: whoever has one has all that differ in the rest


def find_address(request: func.HttpRequest) -> str:
    """The network address of whoever asks, as the platform saw it.

    The platform adds the address that it sees to what the caller says, so the last counts. What is
    no address counts as UNKNOWN, and all of these as one caller.
    """
    last = request.headers.get(FORWARDED_FOR_HEADER, "").rpartition(",")[2].strip()
    address = _read_address(last) or _read_address(_cut_port(last))
    if address is None:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, NETWORK_BITS), strict=False))


def _read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _cut_port(text: str) -> str:
    """``192.0.2.1:443`` and ``[2001:db8::1]:443`` without what follows the address."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]
