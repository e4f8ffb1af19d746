"""What a client's frames ask for, carried out."""

from __future__ import annotations

from collections.abc import Callable

from local.standins.webpubsub.errors import MalformedFrameError
from local.standins.webpubsub.sessions import frames
from local.standins.webpubsub.sessions.frames import Request
from local.standins.webpubsub.sessions.permissions import JOIN_LEAVE, SEND
from local.standins.webpubsub.sessions.session import Message, Session
from local.standins.webpubsub.state import Hub

NO_UPSTREAM = "this stand-in has no event handlers (upstream)"


class _DeniedError(Exception):
    """A request that is answered with an error; its name and text are the arguments."""


def handle(hub: Hub, session: Session, request: Request) -> None:
    """Carry out *request* and answer it. Raises MalformedFrameError, SlowClientError."""
    if request.kind == "ping":
        session.answer(frames.pong())
    elif request.kind == "sequenceAck":
        session.outbox.acknowledge(request.sequence_id)
    elif request.kind == "invoke":
        invocation_id = str(request.fields.get("invocationId", ""))
        session.answer(frames.invoke_refused(invocation_id, NO_UPSTREAM))
    elif request.kind in _ACTIONS or request.ack_id is not None:
        _act(hub, session, request)
    else:
        raise MalformedFrameError(f"requests of type {request.kind!r} are not supported")


def _act(hub: Hub, session: Session, request: Request) -> None:
    ack_id = request.ack_id
    if ack_id is not None and session.has_executed(ack_id):
        text = f"a request with ackId {ack_id} was carried out before"
        session.answer(frames.ack(ack_id, ("Duplicate", text)))
        return
    error: tuple[str, str] | None = None
    try:
        _ACTIONS.get(request.kind, _refuse)(hub, session, request)
    except _DeniedError as denied:
        error = (str(denied.args[0]), str(denied.args[1]))
    if ack_id is None:
        return
    if error is None:
        session.remember(ack_id)
    session.answer(frames.ack(ack_id, error))


def _join(hub: Hub, session: Session, request: Request) -> None:
    _require(session, JOIN_LEAVE, request.group)
    hub.join(session, request.group)


def _leave(hub: Hub, session: Session, request: Request) -> None:
    _require(session, JOIN_LEAVE, request.group)
    hub.leave(session, request.group)


def _send(hub: Hub, session: Session, request: Request) -> None:
    group = request.group
    _require(session, SEND, group)
    if "stream" in request.fields:
        raise _DeniedError("NotSupported", "this stand-in has no streams")
    message = Message(request.payload, group=group, from_user_id=session.user_id)
    excluded = {session.connection_id} if request.no_echo else ()
    hub.deliver(message, hub.in_group(group), excluded=excluded)


def _event(_hub: Hub, _session: Session, request: Request) -> None:
    raise _DeniedError("NotSupported", f"event {request.fields.get('event')!r}: {NO_UPSTREAM}")


def _refuse(_hub: Hub, _session: Session, request: Request) -> None:
    raise _DeniedError("NotSupported", f"requests of type {request.kind!r} are not supported")


def _require(session: Session, permission: str, group: str) -> None:
    if not session.permissions.allows(permission, group):
        raise _DeniedError(
            "Forbidden",
            f"the client has neither the role webpubsub.{permission}"
            f" nor webpubsub.{permission}.{group}",
        )


_ACTIONS: dict[str, Callable[[Hub, Session, Request], None]] = {
    "joinGroup": _join,
    "leaveGroup": _leave,
    "sendToGroup": _send,
    "event": _event,
}
