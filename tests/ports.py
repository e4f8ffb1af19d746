"""Ports that are free now."""

from __future__ import annotations

import socket


def free_port(address: str) -> int:
    """A port of *address* that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
