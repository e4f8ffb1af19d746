"""Addresses of this machine alone."""

from __future__ import annotations

import argparse
import ipaddress


def parse_ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that *text* writes; None when it is another name."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_loopback(name: str) -> bool:
    """Whether *name*, an IP address or a host name, is this machine's own for sure."""
    ip = parse_ip(name)
    return name.lower() == "localhost" or (ip is not None and ip.is_loopback)


def require_loopback(text: str) -> str:
    """*text* when only this machine can reach it as an address. Raises ValueError."""
    if not is_loopback(text):
        raise ValueError(
            f"{text} can be reached from other machines, and this service is for your own alone:"
            " listen on localhost, 127.0.0.1 or another loopback address"
        )
    return text


def loopback_address(text: str) -> str:
    """*text* as a command line's ``--address``, refused when other machines could reach it."""
    try:
        return require_loopback(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
