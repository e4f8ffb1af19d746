"""Whether the ports of the services are free."""

from __future__ import annotations

import socket
import time

from local.endpoints import Endpoints


class PortInUseError(RuntimeError):
    """Another program listens where a service should."""


def check_ports(endpoints: Endpoints, *, within_s: float = 0.0) -> None:
    """Return once every port is free; raises PortInUseError when one is not *within_s* seconds."""
    deadline = time.monotonic() + within_s
    while (taken := find_taken(endpoints)) and time.monotonic() < deadline:
        time.sleep(0.1)
    if taken:
        names = ", ".join(f"{port} ({name})" for name, port in taken.items())
        raise PortInUseError(
            f"on {endpoints.address} other programs listen on what the services need: {names}. "
            "Stop them (is another demo running?), or take another address: "
            "make demo STATE=.local/second ADDRESS=127.0.0.2"
        )


def find_taken(endpoints: Endpoints) -> dict[str, int]:
    """The ports somebody listens on already, by the name of the service that needs them."""
    return {
        name: port for name, port in endpoints.ports().items() if _answers(endpoints.address, port)
    }


def _answers(address: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0
