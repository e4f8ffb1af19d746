"""What servers can ask over REST: one handler an operation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from aiohttp import web

from local.standins.webpubsub.errors import NotFoundError, NotSupportedError, RefusedError
from local.standins.webpubsub.sessions.frames import Payload
from local.standins.webpubsub.sessions.permissions import PERMISSIONS
from local.standins.webpubsub.sessions.session import Message, Session
from local.standins.webpubsub.state import Hub

_MAX_TTL_S = 300
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One REST call: the hub it is about and what its URL and body say."""

    hub: Hub
    request: web.Request

    def name(self, part: str) -> str:
        return self.request.match_info[part]

    @property
    def excluded(self) -> frozenset[str]:
        return frozenset(self.request.query.getall("excluded", []))

    @property
    def reason(self) -> str:
        return self.request.query.get("reason") or "the server closed the connection"

    @property
    def session(self) -> Session:
        connection_id = self.name("connection")
        session = self.hub.session(connection_id)
        if session is None:
            raise NotFoundError(f"connection {connection_id} is not in hub {self.hub.name}")
        return session

    @property
    def permission(self) -> tuple[str, str | None]:
        permission = self.name("permission")
        if permission not in PERMISSIONS:
            known = ", ".join(sorted(PERMISSIONS))
            raise RefusedError(f"permission {permission!r} is none of {known}")
        return permission, self.request.query.get("targetName")


async def send_to_all(call: Call) -> web.Response:
    return await _send(call, call.hub.sessions())


async def send_to_group(call: Call) -> web.Response:
    group = call.name("group")
    return await _send(call, call.hub.in_group(group), group=group)


async def send_to_user(call: Call) -> web.Response:
    return await _send(call, call.hub.of_user(call.name("user")))


async def send_to_connection(call: Call) -> web.Response:
    return await _send(call, [call.session])


async def close_all(call: Call) -> web.Response:
    return _close(call, call.hub.sessions())


async def close_group(call: Call) -> web.Response:
    return _close(call, call.hub.in_group(call.name("group")))


async def close_user(call: Call) -> web.Response:
    return _close(call, call.hub.of_user(call.name("user")))


async def close_connection(call: Call) -> web.Response:
    session = call.hub.session(call.name("connection"))
    return _close(call, [session] if session is not None else [])


async def connection_exists(call: Call) -> web.Response:
    return _exists(call.hub.session(call.name("connection")) is not None)


async def group_exists(call: Call) -> web.Response:
    return _exists(bool(call.hub.in_group(call.name("group"))))


async def user_exists(call: Call) -> web.Response:
    return _exists(bool(call.hub.of_user(call.name("user"))))


async def list_connections(call: Call) -> web.Response:
    query = call.request.query
    size = min(_count(query.get("maxpagesize"), _PAGE), _PAGE)
    top = _count(query.get("top"), 2**31)
    after = query.get("continuationToken", "")
    members = call.hub.in_group(call.name("group"))
    rows = sorted((member.connection_id, member.user_id) for member in members)
    rest = [row for row in rows if row[0] > after]
    page = rest[: min(size, top)]
    answer: dict[str, object] = {"value": [{"connectionId": c, "userId": u} for c, u in page]}
    if page and len(rest) > len(page) and top > len(page):
        following = {"continuationToken": page[-1][0], "top": str(top - len(page))}
        answer["nextLink"] = str(call.request.url.update_query(following))
    return web.json_response(answer)


async def add_connection(call: Call) -> web.Response:
    call.hub.join(call.session, call.name("group"))
    return web.Response(status=200)


async def remove_connection(call: Call) -> web.Response:
    session = call.hub.session(call.name("connection"))
    if session is not None:
        call.hub.leave(session, call.name("group"))
    return web.Response(status=204)


async def remove_connection_from_all(call: Call) -> web.Response:
    session = call.hub.session(call.name("connection"))
    if session is not None:
        call.hub.leave_all(session)
    return web.Response(status=204)


async def add_user(call: Call) -> web.Response:
    for session in call.hub.of_user(call.name("user")):
        call.hub.join(session, call.name("group"))
    return web.Response(status=200)


async def remove_user(call: Call) -> web.Response:
    for session in call.hub.of_user(call.name("user")):
        call.hub.leave(session, call.name("group"))
    return web.Response(status=204)


async def remove_user_from_all(call: Call) -> web.Response:
    for session in call.hub.of_user(call.name("user")):
        call.hub.leave_all(session)
    return web.Response(status=204)


async def grant(call: Call) -> web.Response:
    call.session.permissions.grant(*call.permission)
    return web.Response(status=200)


async def revoke(call: Call) -> web.Response:
    call.session.permissions.revoke(*call.permission)
    return web.Response(status=204)


async def has_permission(call: Call) -> web.Response:
    session = call.hub.session(call.name("connection"))
    return _exists(session is not None and session.permissions.allows(*call.permission))


async def _send(call: Call, to: Collection[Session], *, group: str | None = None) -> web.Response:
    query = call.request.query
    if query.get("filter"):
        raise NotSupportedError("the query parameter filter is not supported")
    ttl_s = _count(query.get("messageTtlSeconds"), 0)
    if ttl_s > _MAX_TTL_S:
        raise RefusedError(f"messageTtlSeconds is {ttl_s}; at most {_MAX_TTL_S} is allowed")
    message = Message(await _read_body(call.request), group=group, ttl_s=ttl_s)
    call.hub.deliver(message, to, excluded=call.excluded)
    return web.Response(status=202)


async def _read_body(request: web.Request) -> Payload:
    content = await request.read()
    if request.content_type == "application/octet-stream":
        return Payload.of_bytes(content)
    try:
        text = content.decode()
        if request.content_type == "text/plain":
            return Payload.of_text(text)
        if request.content_type == "application/json":
            return Payload.of_json(text)
    except ValueError as error:
        raise RefusedError(f"the body is not {request.content_type}: {error}") from error
    raise RefusedError(
        f"content type {request.content_type!r} is none of application/json, text/plain,"
        " application/octet-stream"
    )


def _close(call: Call, sessions: Collection[Session]) -> web.Response:
    excluded = call.excluded
    call.hub.close((s for s in sessions if s.connection_id not in excluded), call.reason)
    return web.Response(status=204)


def _exists(known: bool) -> web.Response:
    return web.Response(status=200 if known else 404)


def _count(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isascii() or not text.isdigit():
        raise RefusedError(f"{text!r} is not a whole number that is not negative")
    return int(text)
