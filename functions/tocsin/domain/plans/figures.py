"""How good a plan is and what it leaves broken, as the ``plans`` documents keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["unchanged", "optimal", "feasible", "repaired"]
ViolationKind = Literal["unplaced", "misplaced", "overload", "reserve", "late", "shed"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A soft rule the plan breaks, since no allowed plan avoids it at a lower price.

    kind: the rule; it says what ``amount`` counts.
        unplaced: the task runs nowhere; its load in percent.
        misplaced: the task remains where it must not be; its load in percent.
        overload, reserve: percent that the device carries above its capacity or reserve line.
        late: ms after the task's deadline.
        shed: the task goes without, so that others are in time; its load in percent.
    subject: the id of the task or device. text: the same in words.
    """

    kind: ViolationKind
    subject: str
    amount: float
    text: str

    def to_document(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "subject": self.subject,
            "amount": self.amount,
            "text": self.text,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Violation:
        return cls(document["kind"], document["subject"], document["amount"], document["text"])


@dataclass(frozen=True, slots=True)
class Figures:
    """A plan in numbers.

    ``status``: unchanged (nothing moves), optimal (proven to the gap asked for), feasible (not
    proven that far in time), repaired (no solver helped).
    ``objective``, ``bound``, ``staying``: watts of this plan, of no plan less, of moving nothing.
    ``gap``: (objective - bound) / objective.
    ``wall_s``: how long the search took.
    """

    status: Status
    objective: float
    bound: float
    staying: float
    gap: float
    wall_s: float
    violations: tuple[Violation, ...]

    def to_document(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "staying": self.staying,
            "gap": self.gap,
            "wallS": self.wall_s,
            "violations": [violation.to_document() for violation in self.violations],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Figures:
        return cls(
            status=document["status"],
            objective=document["objective"],
            bound=document["bound"],
            staying=document["staying"],
            gap=document["gap"],
            wall_s=document["wallS"],
            violations=tuple(map(Violation.from_document, document["violations"])),
        )
