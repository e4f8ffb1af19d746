"""The way of an order to its device: confirmed, or marked, sent again and finally reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tocsin.domain.plans.orders import Report

CONFIRM_WITHIN_MS = 10_000  # a device that listens confirms within one of these
MOST_ATTEMPTS = 3

State = Literal["pending", "sent", "late", "confirmed", "failed", "superseded"]
OPEN: frozenset[State] = frozenset({"pending", "sent", "late"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One device's order of the plan ``version``. Times in ms since the epoch.

    pending: not sent yet. sent. late: not confirmed in time and sent again. confirmed: the device
    runs it. failed: given up; ``text`` says why, and the device is not relied on until it obeys
    this order or a later one. superseded: a later plan ordered otherwise.
    """

    version: int
    state: State = "pending"
    attempts: int = 0
    sent_at: int | None = None
    confirmed_at: int | None = None
    text: str = ""

    @property
    def is_open(self) -> bool:
        """Whether more is to come of it."""
        return self.state in OPEN

    @property
    def is_awaited(self) -> bool:
        """Whether the device's report still counts: a failed one may yet obey."""
        return self.is_open or self.state == "failed"

    def to_document(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "state": self.state,
            "attempts": self.attempts,
            "sentAt": self.sent_at,
            "confirmedAt": self.confirmed_at,
            "text": self.text,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Delivery:
        return cls(
            version=document["version"],
            state=document["state"],
            attempts=document["attempts"],
            sent_at=document["sentAt"],
            confirmed_at=document["confirmedAt"],
            text=document["text"],
        )


def is_due(delivery: Delivery, now_ms: int) -> bool:
    """Whether the order is to be sent, for the first time or again."""
    return delivery.is_open and (delivery.sent_at is None or _is_overdue(delivery, now_ms))


def note_sent(delivery: Delivery, now_ms: int) -> Delivery:
    """The hub has taken the order."""
    state: State = "sent" if delivery.attempts == 0 else "late"
    return replace(delivery, state=state, attempts=delivery.attempts + 1, sent_at=now_ms)


def note_unsent(delivery: Delivery, why: str, now_ms: int) -> Delivery:
    """The hub has not taken the order: *why*, in words."""
    return _retry_or_fail(replace(note_sent(delivery, now_ms), text=why), now_ms)


def supersede(delivery: Delivery, version: int) -> Delivery:
    """The device has, or runs, another order: that of the plan *version*."""
    return replace(delivery, state="superseded", text=f"plan {version} ordered otherwise")


def withhold(delivery: Delivery, takers: Iterable[str]) -> Delivery:
    """The order is not sent: *takers* did not take what it would give up."""
    why = f"it keeps its tasks: {', '.join(takers)} did not take them"
    return replace(delivery, state="superseded", text=why)


def note_report(delivery: Delivery, report: Report | None, now_ms: int) -> Delivery:
    """What the device's *report* makes of its order; of a failed one too, since it may be back."""
    if delivery.state in {"pending", "confirmed", "superseded"} or delivery.sent_at is None:
        return delivery
    if report is not None and report.version == delivery.version:
        # By the device's clock where it makes sense: it knows when, we only see it later.
        at = min(max(report.at, delivery.sent_at), now_ms)
        return replace(delivery, state="confirmed", confirmed_at=at, text="")
    if delivery.state == "failed":
        later = 0 if report is None else report.version
        return supersede(delivery, later) if later > delivery.version else delivery
    if report is not None and (why := _explain_refusal(delivery, report)):
        return _give_up(delivery, why)
    if not _is_overdue(delivery, now_ms):
        return delivery
    running = "has reported nothing" if report is None else f"runs version {report.version}"
    return _retry_or_fail(replace(delivery, text=f"not confirmed in time: it {running}"), now_ms)


def _explain_refusal(delivery: Delivery, report: Report) -> str:
    """Why the device will not obey, however often it is told; empty if it may yet."""
    if report.refused is not None and report.refused.version == delivery.version:
        return f"refused ({report.refused.reason}); it runs version {report.version}"
    if report.version > delivery.version:
        return f"it runs version {report.version}, which is newer"
    return ""


def _is_overdue(delivery: Delivery, now_ms: int) -> bool:
    return delivery.sent_at is not None and now_ms - delivery.sent_at >= CONFIRM_WITHIN_MS


def _retry_or_fail(delivery: Delivery, now_ms: int) -> Delivery:
    """Late, or failed when there is no attempt left and the last had its time."""
    if delivery.attempts >= MOST_ATTEMPTS and _is_overdue(delivery, now_ms):
        return _give_up(delivery, f"{delivery.text} ({delivery.attempts} orders)")
    return replace(delivery, state="late")


def _give_up(delivery: Delivery, why: str) -> Delivery:
    return replace(delivery, state="failed", text=why)
