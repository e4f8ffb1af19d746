"""What people are told of maintenance: that a window starts, and that it has ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from tocsin.domain.incidents.window_documents import WINDOW, show_window, write_window
from tocsin.domain.incidents.windows import Window

Turn = Literal["starts", "ended"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """``window``: as it is once people were told. ``ends_at``: when it will end (ms), None where
    nobody has set that, or it has ended."""

    window: Window
    turn: Turn
    at: int
    ends_at: int | None

    @property
    def subject(self) -> str:
        """Such as ``maintenance of building hall-a starts``."""
        scope = self.window.scope
        place = "the site" if scope.kind == "site" else f"{scope.kind} {scope.name}"
        what = "maintenance of" if self.window.kind == "maintenance" else "out of service:"
        return f"{what} {place} {'starts' if self.turn == 'starts' else 'has ended'}"

    @property
    def text(self) -> str:
        """How long, why, and who set it."""
        parts = [
            "" if self.ends_at is None else f"until {_write_time(self.ends_at)}",
            self.window.comment,
            f"set by {self.window.by}",
        ]
        return "; ".join(filter(None, parts))

    def to_message(self) -> dict[str, Any]:
        """The live message (docs/formats.md)."""
        return {
            "type": "maintenance",
            "siteId": self.window.site_id,
            "turn": self.turn,
            "at": self.at,
            "text": f"{self.subject} ({self.text})",
            "window": show_window(self.window, self.at),
        }

    def to_audit(self) -> dict[str, Any]:
        """Nobody but the system did it."""
        return {
            "id": f"{self.window.window_id}:{self.at}:{self.turn}",
            "type": WINDOW,
            "siteId": self.window.site_id,
            "by": None,
            "at": self.at,
            "turn": self.turn,
            "before": None,
            "after": write_window(self.window),
        }


def find_announcement(window: Window, now_ms: int) -> Announcement | None:
    """What people are to be told of *window* now; None where they know how it is.

    Occurrences that follow each other without a pause are one.
    """
    is_on = window.is_on(now_ms)
    if not window.announce or is_on == window.told:
        return None
    turn: Turn = "starts" if is_on else "ended"
    ends_at = window.find_end(now_ms) if is_on else None
    return Announcement(replace(window, told=is_on), turn, now_ms, ends_at)


def announce_removal(window: Window, now_ms: int) -> Announcement | None:
    """What people are told when a window is taken away: that it ended, where they know it is on."""
    if not window.told:
        return None
    return Announcement(replace(window, told=False), "ended", now_ms, None)


def _write_time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M UTC")
