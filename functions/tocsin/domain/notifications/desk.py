"""All that a site's notifications are decided from, as it was read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.domain.notifications.delivery import Delivery
from tocsin.domain.notifications.rule import Rule, Switch


@dataclass(frozen=True, slots=True)
class Ticket:
    """What was done about one incident under one rule. Times in ms, our clock.

    step: the place in line that was reached; -1 while nobody was told.
    opened_at: when the first were told, without the time since in which nobody was to be.
    told_at: when people were told last.
    told: keys of the targets that a message was on its way to.
    missed: keys of those whose turn it was, and whose message was taken back.
    held: whether it was suppressed when it was looked at last.
    paused_at: since when there is nothing to tell; None while there is.
    skipped: why nobody was told, as it is on the record.
    """

    rule_id: str
    incident_id: str
    step: int = -1
    opened_at: int = 0
    told_at: int = 0
    told: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()
    held: bool = False
    paused_at: int | None = None
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """serial: counts the deliveries, so that each has a name of its own.

    sent: by target, when it was written to in the last hour. last: by rule and target, when last.
    """

    serial: int = 0
    tickets: tuple[Ticket, ...] = ()
    sent: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    last: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """pending: the deliveries that are not over. mark: of the state that was read; whoever saves
    hands it back, so that two who decide at the same time never both succeed."""

    site_id: str
    board: Board = field(default_factory=Board)
    rules: tuple[Rule, ...] = ()
    switch: Switch = field(default_factory=Switch)
    pending: tuple[Delivery, ...] = ()
    mark: str | None = None

    def find_rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.rule_id == rule_id), None)

    @property
    def incident_ids(self) -> frozenset[str]:
        """Every incident that it says something of."""
        tickets = {ticket.incident_id for ticket in self.board.tickets}
        return frozenset(tickets.union(*(delivery.incident_ids for delivery in self.pending)))
