"""Addresses of this machine alone."""

from __future__ import annotations

import argparse
import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_ip(text: str) -> IPAddress | None:
    """The IP address that *text* writes; None when it is another name."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_loopback(name: str) -> bool:
    """Whether *name*, an IP address or a host name, is this machine's own for sure."""
    ip = parse_ip(name)
    return name.lower() == "localhost" or (ip is not None and ip.is_loopback)


def loopback_address(text: str) -> str:
    """*text* as a command line's ``--address``, refused when other machines could reach it."""
    if not is_loopback(text):
        raise argparse.ArgumentTypeError(
            f"{text} can be reached from other machines, and this service is for your own alone:"
            " listen on localhost, 127.0.0.1 or another loopback address"
        )
    return text
