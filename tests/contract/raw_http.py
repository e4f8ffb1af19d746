"""Requests as no client library would send them, and what is answered."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator

from local.endpoints import Endpoints

TIMEOUT_S = 20.0
TLS_PORTS = frozenset({"iothub", "mqtt"})


def exchange(endpoints: Endpoints, port: str, request: bytes) -> bytes:
    """Everything that the server answers to *request* until it closes the connection."""
    parts: list[bytes] = []
    with connect(endpoints, port) as connection, contextlib.suppress(ConnectionError, ssl.SSLError):
        # A server may hang up in the midst of a request that it refuses.
        connection.sendall(request)
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def read_status(endpoints: Endpoints, port: str, request: bytes) -> int:
    """The status of the answer to *request*, however long the answer goes on."""
    start = b""
    with connect(endpoints, port) as connection:
        connection.sendall(request)
        while b"\r\n" not in start and (part := connection.recv(65_536)):
            start += part
    return int(start.split(b" ", 2)[1])


def make_request(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request whose Host is among *headers*, if it has one; odd bytes are escaped surrogates."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    if body or method in {"POST", "PUT", "PATCH"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


@contextlib.contextmanager
def connect(endpoints: Endpoints, port: str) -> Iterator[socket.socket]:
    """A connection to the service *port*, under TLS where it wants that."""
    address = (endpoints.address, endpoints.ports()[port])
    with socket.create_connection(address, TIMEOUT_S) as plain:
        secured = _trust_anyone().wrap_socket(plain) if port in TLS_PORTS else plain
        with contextlib.closing(secured):
            yield secured


def _trust_anyone() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
