"""One WebSocket: a reader that carries out requests, a writer that empties the outbox."""

from __future__ import annotations

import asyncio
import time

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from local.standins.webpubsub.clients import actions
from local.standins.webpubsub.errors import MalformedFrameError, SlowClientError
from local.standins.webpubsub.sessions import frames
from local.standins.webpubsub.sessions.session import SIMPLE, Session
from local.standins.webpubsub.state import Hub

_HEARTBEAT_S = 20.0
_CLOSE_WITHIN_S = 3.0
_MAX_REASON_BYTES = 120  # a close frame holds 123
MAX_MESSAGE_BYTES = 1024 * 1024


class Connection:
    """Implements ``session.Line`` over an aiohttp WebSocket."""

    def __init__(self, protocol: str) -> None:
        self.socket = web.WebSocketResponse(
            protocols=(protocol,) if protocol != SIMPLE else (),
            timeout=_CLOSE_WITHIN_S,
            heartbeat=_HEARTBEAT_S,
            compress=False,  # a frame is then written whole or not at all when a writer is stopped
            max_msg_size=MAX_MESSAGE_BYTES,
        )
        self._transport: asyncio.Transport | None = None
        self._to_send = asyncio.Event()
        self._farewell: tuple[int, str] | None = None
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reading: asyncio.Task[None] | None = None

    async def prepare(self, request: web.Request) -> None:
        self._transport = request.transport
        await self.socket.prepare(request)

    def wake(self) -> None:
        self._to_send.set()

    def hang_up(self, code: int, reason: str) -> asyncio.Future[None]:
        if self._farewell is None:
            self._farewell = (code, reason)
            if self._reading is not None:
                self._reading.cancel()
        return self._closed

    async def serve(self, hub: Hub, session: Session) -> None:
        """Serve *session* until the WebSocket is closed by either side."""
        self._reading = asyncio.create_task(self._read(hub, session))
        writing = asyncio.create_task(self._write(session))
        try:
            if self._farewell is None:
                tasks = {self._reading, writing}
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if not task.cancelled():
                        task.result()  # a mistake of ours is logged by the server, not swallowed
        finally:
            self._reading.cancel()
            writing.cancel()
            hub.detach(session, self, for_good=self.socket.close_code == WSCloseCode.OK)
            if self._farewell is not None:
                await self.close(*self._farewell)
            self._closed.set_result(None)

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye; a client that does not answer within a time is cut off."""
        try:
            async with asyncio.timeout(_CLOSE_WITHIN_S):
                if self.socket.ws_protocol is not None:
                    await self.socket.send_str(frames.write_disconnected(reason))
                await self.socket.close(code=code, message=_shorten(reason))
        except (ConnectionError, TimeoutError):
            if self._transport is not None:
                self._transport.abort()

    async def _read(self, hub: Hub, session: Session) -> None:
        async for message in self.socket:
            try:
                _handle(hub, session, message)
            except MalformedFrameError as error:
                hub.end(session, WSCloseCode.POLICY_VIOLATION, str(error))
            except SlowClientError as error:
                hub.drop_slow(session, error)

    async def _write(self, session: Session) -> None:
        while True:
            frame = session.outbox.take(time.monotonic())
            if frame is None:
                self._to_send.clear()
                await self._to_send.wait()
                continue
            try:
                await self._send(frame.content)
            except ConnectionError:
                return  # the reader sees the same end and tells the hub

    async def _send(self, content: str | bytes) -> None:
        if isinstance(content, str):
            await self.socket.send_str(content)
        else:
            await self.socket.send_bytes(content)


def _handle(hub: Hub, session: Session, message: WSMessage) -> None:
    if session.protocol == SIMPLE:
        raise MalformedFrameError(
            f"a client without subprotocol only receives: {actions.NO_UPSTREAM}"
        )
    if message.type is not WSMsgType.TEXT:
        raise MalformedFrameError(f"{session.protocol} has text frames only")
    actions.handle(hub, session, frames.parse_request(message.data))


def _shorten(reason: str) -> bytes:
    return reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore").encode()
