"""The WebSocket endpoint of clients: /client/hubs/{hub}."""

from __future__ import annotations

import logging

from aiohttp import web

from local.standins.webpubsub.access.origins import Origins
from local.standins.webpubsub.access.tokens import (
    ClientClaims,
    client_claims,
    issue_client_token,
)
from local.standins.webpubsub.clients.connection import Connection
from local.standins.webpubsub.errors import NotSupportedError, RefusedError
from local.standins.webpubsub.sessions.session import JSON, RELIABLE, SIMPLE
from local.standins.webpubsub.state import NO_RECOVERY, Hub, Hubs

_LOG = logging.getLogger(__name__)


class ClientEndpoint:
    """Takes clients' WebSockets for the hub that their address names."""

    def __init__(self, hubs: Hubs, *, key: str, origins: Origins) -> None:
        self._hubs = hubs
        self._key = key
        self._origins = origins

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one client until its WebSocket is closed. Raises RefusedError before that."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            raise RefusedError("this address takes WebSocket connections only")
        name = request.match_info["hub"]
        protocol = _choose_protocol(request)
        recovery = _find_recovery(request)
        # A reconnection token stands for itself: the access token may have expired meanwhile.
        claims = None if recovery else self._read_claims(request)
        connection = Connection(protocol)
        await connection.prepare(request)
        await _serve(self._hubs.get(name), connection, protocol, claims, recovery)
        return connection.socket

    def make_token(self, hub: str, request: web.Request) -> str:
        """A token for one client of *hub*, with the claims that the query asks for.

        Raises RefusedError.
        """
        query = request.query
        kind = query.get("clientType", "Default")
        if kind.lower() != "default":
            raise NotSupportedError(f"tokens for clients of type {kind} are not supported")
        minutes = _read_minutes(query.get("minutesToExpire", "60"))
        claims = ClientClaims(
            query.get("userId"), tuple(query.getall("role", [])), tuple(query.getall("group", []))
        )
        audience = self._origins.urls(request, f"/client/hubs/{hub}")[0]
        return issue_client_token(claims, key=self._key, audience=audience, lifetime_s=minutes * 60)

    def _read_claims(self, request: web.Request) -> ClientClaims:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = request.query.get("access_token") or bearer
        audiences = self._origins.urls(request, request.rel_url.raw_path)
        return client_claims(token, key=self._key, audiences=audiences)


async def _serve(
    hub: Hub,
    connection: Connection,
    protocol: str,
    claims: ClientClaims | None,
    recovery: tuple[str, str] | None,
) -> None:
    if recovery is not None:
        session = hub.recover(*recovery, connection)
        if session is None:
            _LOG.info("%s: nothing to recover for %s", hub.name, recovery[0])
            await connection.close(NO_RECOVERY, "there is no such connection to recover")
            return
    else:
        assert claims is not None, "a connection is either new, with claims, or a recovery"
        session = hub.open(protocol, claims, connection)
    verb = "recovered" if recovery else "connected"
    _LOG.info("%s: %s %s %s", hub.name, verb, session.connection_id, protocol or "simple")
    await connection.serve(hub, session)
    code = connection.socket.close_code
    _LOG.info("%s: disconnected %s, code %s", hub.name, session.connection_id, code)


def _choose_protocol(request: web.Request) -> str:
    offered = request.headers.getall("Sec-WebSocket-Protocol", [])
    names = [name.strip() for line in offered for name in line.split(",") if name.strip()]
    if not names:
        return SIMPLE
    for name in names:
        if name in {JSON, RELIABLE}:
            return name
    raise NotSupportedError(
        f"subprotocol {', '.join(names)} is not supported: use {JSON}, {RELIABLE} or none"
    )


def _read_minutes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise RefusedError(f"minutesToExpire must be a whole number above 0, not {text!r}")
    return int(text)


def _find_recovery(request: web.Request) -> tuple[str, str] | None:
    connection_id = request.query.get("awps_connection_id")
    token = request.query.get("awps_reconnection_token")
    return (connection_id, token) if connection_id and token else None
