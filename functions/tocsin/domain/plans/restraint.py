"""What holds a site still, and what its last moves promised: stored with its standing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.sites import encode_site

HOLD = 300  # periods the first time; doubled for each promise broken before
MOST_DOUBLINGS = 3
WITHIN = 1.35  # of what was promised: answers are known to a tenth, and a plan is made of several
LATEST = 300  # periods after which nobody can tell any more what a plan did
MOST_BROKEN = 4


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing moves from ``since`` until ``until`` (ms) but what operators order: ``reason``."""

    since: int
    until: int
    reason: str

    def to_document(self) -> dict[str, Any]:
        return {"since": self.since, "until": self.until, "reason": self.reason}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Hold:
        return cls(document["since"], document["until"], document["reason"])

    def to_audit(self, site_id: str) -> dict[str, Any]:
        """The ``audit`` document; once more changes nothing."""
        return {
            "id": f"{self.since}-hold:{encode_site(site_id)}",
            "type": "hold",
            "siteId": site_id,
            "by": "optimiser",
            "at": self.since,
            "before": None,
            "after": self.to_document(),
        }


@dataclass(frozen=True, slots=True)
class Promise:
    """What the plan ``version`` made at ``made_at`` (ms) expected: ms of answer by receiver."""

    version: int
    made_at: int
    answers_ms: Mapping[str, float]

    def to_document(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "madeAt": self.made_at,
            "answersMs": dict(self.answers_ms),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Promise:
        return cls(document["version"], document["madeAt"], document["answersMs"])


@dataclass(frozen=True, slots=True)
class Moved:
    """A task that was moved at ``t`` (ms), from where to where."""

    t: int
    version: int
    task_id: str
    source: str
    target: str

    def to_document(self) -> dict[str, Any]:
        return {
            "t": self.t,
            "version": self.version,
            "taskId": self.task_id,
            "from": self.source,
            "to": self.target,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Moved:
        return cls(
            document["t"],
            document["version"],
            document["taskId"],
            document["from"],
            document["to"],
        )


@dataclass(frozen=True, slots=True)
class Gone:
    """A task that goes without since then (ms), and ``why``. ``back_at``: None while it does."""

    task_id: str
    since: int
    why: str
    back_at: int | None = None

    def to_document(self) -> dict[str, Any]:
        return {
            "taskId": self.task_id,
            "since": self.since,
            "why": self.why,
            "backAt": self.back_at,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Gone:
        return cls(document["taskId"], document["since"], document["why"], document["backAt"])


@dataclass(frozen=True, slots=True)
class Trust:
    """How far estimates are relied on: ``broken`` promises lately, and what follows from them."""

    broken: int = 0
    promise: Promise | None = None
    hold: Hold | None = None


def check_promise(
    trust: Trust, answers_ms: Mapping[str, float], now_ms: int, period_ms: float
) -> Trust:
    """*trust* once the last plan's promise has been looked at.

    *answers_ms*: of the devices that were measured after the plan had settled. *period_ms*: of the
    slowest device.
    """
    promise = trust.promise
    if promise is None:
        return trust
    late = {
        name: f"{name} answers in {answers_ms[name]:.0f} ms, not in {expected:.0f} ms"
        for name, expected in promise.answers_ms.items()
        if name in answers_ms and answers_ms[name] > WITHIN * expected
    }
    if late:
        broken = min(trust.broken + 1, MOST_BROKEN)
        lasts_ms = round(HOLD * period_ms) * 2 ** min(broken - 1, MOST_DOUBLINGS)
        reason = (
            f"plan {promise.version} did not bring what it promised: {', '.join(late.values())}"
        )
        return Trust(broken, None, Hold(now_ms, now_ms + lasts_ms, reason))
    if promise.answers_ms.keys() <= answers_ms.keys():
        return Trust(max(trust.broken - 1, 0), None, trust.hold)
    if now_ms - promise.made_at > LATEST * period_ms:
        return Trust(trust.broken, None, trust.hold)
    return trust


def lift_hold(hold: Hold | None, settings_changed_at: int | None, now_ms: int) -> Hold | None:
    """*hold* if it still is one: it ends by itself, or as an operator changes the settings."""
    if hold is None or now_ms >= hold.until:
        return None
    if settings_changed_at is not None and settings_changed_at > hold.since:
        return None
    return hold
