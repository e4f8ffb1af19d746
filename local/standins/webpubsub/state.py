"""A hub: its sessions, their groups and users. All in memory, as clients reconnect."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Collection, Iterable

from local.standins.webpubsub.access.tokens import ClientClaims
from local.standins.webpubsub.errors import SlowClientError
from local.standins.webpubsub.sessions.outbox import Outbox
from local.standins.webpubsub.sessions.session import Line, Message, Session

NORMAL = 1000
NO_RECOVERY = 1008

_LOG = logging.getLogger(__name__)
_Index = dict[str, dict[str, Session]]


class Hub:
    """The clients of one hub."""

    def __init__(self, name: str, *, retention_s: float) -> None:
        """*retention_s*: how long a reliable client's session waits for its client."""
        self.name = name
        self._retention_s = retention_s
        self._sessions: dict[str, Session] = {}
        self._groups: _Index = {}
        self._users: _Index = {}

    def open(self, protocol: str, claims: ClientClaims, line: Line) -> Session:
        """Begin a session on *line* and put it into its token's groups."""
        session = Session(protocol, claims, outbox=Outbox())
        self._sessions[session.connection_id] = session
        if session.user_id is not None:
            self._users.setdefault(session.user_id, {})[session.connection_id] = session
        for group in claims.groups:
            self.join(session, group)
        session.attach(line)
        return session

    def recover(self, connection_id: str, reconnection_token: str, line: Line) -> Session | None:
        """Attach *line* to a session that lost its own; None when there is none to recover."""
        session = self._sessions.get(connection_id)
        if session is None or session.reconnection_token is None:
            return None
        known, given = session.reconnection_token.encode(), reconnection_token.encode()
        if not hmac.compare_digest(known, given):
            return None
        if session.line is not None:
            session.line.hang_up(NORMAL, "the connection was recovered by another WebSocket")
        session.attach(line)
        return session

    def detach(self, session: Session, line: Line, *, for_good: bool) -> None:
        """Note that *line* is down: keep a reliable session for a while, end any other."""
        if session.line is not line:
            return  # recovered through another WebSocket, or ended
        session.line = None
        if session.reliable and not for_good:
            loop = asyncio.get_running_loop()
            session.expiry = loop.call_later(self._retention_s, self._expire, session)
        else:
            self._forget(session)

    def close(self, sessions: Iterable[Session], reason: str) -> None:
        """End *sessions*; a reliable client is told that there is no recovery."""
        for session in list(sessions):
            self.end(session, NO_RECOVERY if session.reliable else NORMAL, reason)

    def end(self, session: Session, code: int, reason: str) -> Awaitable[None] | None:
        """Forget *session*; what is returned ends when its WebSocket, if any, is closed."""
        self._forget(session)
        line, session.line = session.line, None
        return None if line is None else line.hang_up(code, reason)

    def deliver(
        self, message: Message, to: Iterable[Session], *, excluded: Collection[str] = ()
    ) -> None:
        """Queue *message* for each session; one that is too far behind is ended."""
        for session in list(to):
            if session.connection_id in excluded:
                continue
            try:
                session.deliver(message)
            except SlowClientError as error:
                self.drop_slow(session, error)

    def drop_slow(self, session: Session, error: SlowClientError) -> None:
        _LOG.warning("%s: dropped %s: %s", self.name, session.connection_id, error)
        self.end(session, NO_RECOVERY, str(error))

    def sessions(self) -> Collection[Session]:
        return self._sessions.values()

    def session(self, connection_id: str) -> Session | None:
        return self._sessions.get(connection_id)

    def in_group(self, group: str) -> Collection[Session]:
        return self._groups.get(group, {}).values()

    def of_user(self, user_id: str) -> Collection[Session]:
        return self._users.get(user_id, {}).values()

    def join(self, session: Session, group: str) -> None:
        session.groups.add(group)
        self._groups.setdefault(group, {})[session.connection_id] = session

    def leave(self, session: Session, group: str) -> None:
        session.groups.discard(group)
        _discard(self._groups, group, session)

    def leave_all(self, session: Session) -> None:
        for group in list(session.groups):
            self.leave(session, group)

    def _expire(self, session: Session) -> None:
        _LOG.info("%s: %s was not recovered in time", self.name, session.connection_id)
        self._forget(session)

    def _forget(self, session: Session) -> None:
        if session.expiry is not None:
            session.expiry.cancel()
            session.expiry = None
        self._sessions.pop(session.connection_id, None)
        self.leave_all(session)
        if session.user_id is not None:
            _discard(self._users, session.user_id, session)


def _discard(index: _Index, name: str, session: Session) -> None:
    members = index.get(name)
    if members is None:
        return
    members.pop(session.connection_id, None)
    if not members:
        del index[name]


class Hubs:
    """Every hub, made when it is first named."""

    def __init__(self, *, retention_s: float) -> None:
        self._retention_s = retention_s
        self._hubs: dict[str, Hub] = {}

    def get(self, name: str) -> Hub:
        if name not in self._hubs:
            self._hubs[name] = Hub(name, retention_s=self._retention_s)
        return self._hubs[name]

    async def close_all(self, code: int, reason: str) -> None:
        """End every session and wait until their WebSockets are closed."""
        ends = [
            hub.end(session, code, reason)
            for hub in self._hubs.values()
            for session in list(hub.sessions())
        ]
        await asyncio.gather(*(end for end in ends if end is not None))
