"""A delivery: one message to one target, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from tocsin.domain.notifications.rule import Target

Kind = Literal["opened", "reminder", "escalated", "ended", "notice", "test"]
Status = Literal["pending", "sent", "failed", "skipped"]
MOST_ATTEMPTS = 10  # over some 75 minutes
FIRST_WAIT_MS, LONGEST_WAIT_MS = 30_000, 15 * 60_000
PUT_OFF_MS = 5_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """Times in ms, our clock.

    rule_id: the rule that it follows from. target: None where nobody was written to.
    step: the place in line that it is for. incident_ids: what it is about.
    subject, text: what was said; before that, of a notice or a test, what is to be said.
    reason: why it failed, waits or was skipped; None while it is not known.
    next_at: when it is due; None once it is over. claimed_until: somebody is sending it, or ended
        without saying how it went.
    """

    delivery_id: str
    site_id: str
    rule_id: str
    kind: Kind
    target: Target | None
    incident_ids: tuple[str, ...]
    created_at: int
    next_at: int | None
    step: int = 0
    status: Status = "pending"
    reason: str | None = None
    attempts: int = 0
    claimed_until: int | None = None
    ended_at: int | None = None
    subject: str = ""
    text: str = ""

    def is_claimed(self, now_ms: int) -> bool:
        return self.claimed_until is not None and self.claimed_until > now_ms

    def skip(self, reason: str, now_ms: int) -> Delivery:
        return replace(
            self, status="skipped", reason=reason, next_at=None, claimed_until=None, ended_at=now_ms
        )

    def fail(self, reason: str, now_ms: int) -> Delivery:
        """It will not be tried again."""
        return replace(
            self, status="failed", reason=reason, next_at=None, claimed_until=None, ended_at=now_ms
        )

    def mark_sent(self, now_ms: int) -> Delivery:
        return replace(
            self, status="sent", reason=None, next_at=None, claimed_until=None, ended_at=now_ms
        )

    def try_later(self, reason: str, now_ms: int, *, wait_ms: int = 0) -> Delivery:
        """After a failure that may pass. wait_ms: what the service asks for, if it does."""
        if self.attempts >= MOST_ATTEMPTS:
            return self.fail(f"given up after {self.attempts} attempts: {reason}", now_ms)
        backoff_ms = min(FIRST_WAIT_MS * 2 ** (self.attempts - 1), LONGEST_WAIT_MS)
        next_at = now_ms + max(backoff_ms, wait_ms)
        return replace(self, reason=reason, next_at=next_at, claimed_until=None)

    def put_off(self, reason: str, now_ms: int) -> Delivery:
        """It was not tried: something before it holds up the channel."""
        return replace(
            self,
            reason=reason,
            attempts=self.attempts - 1,
            next_at=now_ms + PUT_OFF_MS,
            claimed_until=None,
        )


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Which deliveries to list, the newest first; None for any. before: the id of the last on the
    page before."""

    site_id: str
    status: Status | None = None
    channel: str | None = None
    rule_id: str | None = None
    incident_id: str | None = None
    before: str | None = None
    most: int = 50


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """``older``: where the next page begins; None at the end."""

    deliveries: tuple[Delivery, ...]
    older: str | None
