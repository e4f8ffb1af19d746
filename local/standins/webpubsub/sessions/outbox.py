"""What waits for one client: bounded, and for reliable clients kept until acknowledged."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from local.standins.webpubsub.errors import SlowClientError

MAX_FRAMES = 1000
MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """One WebSocket message. Frames without a sequence id are never sent twice."""

    content: str | bytes
    sequence_id: int | None = None
    expires_at: float | None = None  # on the monotonic clock

    @property
    def size(self) -> int:
        return len(self.content)


class Outbox:
    """Frames in the order in which they are to be sent.

    A frame with a sequence id counts against the bounds until it is acknowledged,
    any other until it is taken.
    """

    def __init__(self, *, max_frames: int = MAX_FRAMES, max_bytes: int = MAX_BYTES) -> None:
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._waiting: deque[Frame] = deque()
        self._unacknowledged: deque[Frame] = deque()
        self._acknowledged = 0
        self._frames = 0
        self._bytes = 0

    def push(self, frame: Frame) -> None:
        """Add a frame. Raises SlowClientError when the client is too far behind."""
        if self._frames >= self._max_frames or self._bytes + frame.size > self._max_bytes:
            raise SlowClientError(
                f"slow client: {self._frames} frames ({self._bytes} bytes) already wait for it;"
                f" {self._max_frames} frames or {self._max_bytes} bytes are kept"
            )
        self._waiting.append(frame)
        if frame.sequence_id is not None:
            self._unacknowledged.append(frame)
        self._hold(frame)

    def take(self, now: float) -> Frame | None:
        """The next frame to send, skipping those that expired before *now* or arrived already."""
        while self._waiting:
            frame = self._waiting.popleft()
            if frame.sequence_id is None:
                self._release(frame)
            elif frame.sequence_id <= self._acknowledged:
                continue
            if frame.expires_at is None or now < frame.expires_at:
                return frame
        return None

    def acknowledge(self, sequence_id: int) -> None:
        """Forget all frames up to *sequence_id*: the client has them."""
        while self._unacknowledged and _sequence(self._unacknowledged[0]) <= sequence_id:
            frame = self._unacknowledged.popleft()
            self._acknowledged = _sequence(frame)
            self._release(frame)

    def rewind(self, greeting: Frame) -> None:
        """Start again for a client that came back: *greeting*, then all not acknowledged."""
        for frame in self._waiting:
            if frame.sequence_id is None:
                self._release(frame)
        self._waiting = deque([greeting, *self._unacknowledged])
        self._hold(greeting)

    def _hold(self, frame: Frame) -> None:
        self._frames += 1
        self._bytes += frame.size

    def _release(self, frame: Frame) -> None:
        self._frames -= 1
        self._bytes -= frame.size


def _sequence(frame: Frame) -> int:
    assert frame.sequence_id is not None, "only frames with a sequence id await acknowledgement"
    return frame.sequence_id
