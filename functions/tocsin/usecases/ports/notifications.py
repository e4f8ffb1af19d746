"""What notifications need from the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tocsin.domain.notifications.delivery import Delivery, DeliveryPage, DeliveryQuery
from tocsin.domain.notifications.desk import Desk
from tocsin.domain.notifications.rule import Channel, Rule, Switch, Target
from tocsin.domain.notifications.words import Note
from tocsin.usecases.ports.documents import Document


class Desks(Protocol):
    """The rules and deliveries of each site. A damaged document is logged and left out.

    Every call raises DeliveryError while the database is away.
    """

    async def load_desk(self, site_id: str) -> Desk:
        """The site's rules by id, its switch, its board, and the deliveries that are not over."""
        ...

    async def save_turn(self, desk: Desk, deliveries: Sequence[Delivery]) -> Desk:
        """Save the board of *desk* and *deliveries*, all or none; gives *desk* with the mark after
        that.

        Raises ChangedMeanwhileError where anything but an outcome was saved since *desk* was read.
        """
        ...

    async def save_rule(self, desk: Desk, rule: Rule) -> None:
        """As ``save_turn``."""
        ...

    async def delete_rule(self, desk: Desk, rule_id: str) -> None:
        """As ``save_turn``; deleting what is not there changes nothing."""
        ...

    async def save_switch(self, desk: Desk, switch: Switch) -> None:
        """As ``save_turn``."""
        ...

    async def save_outcome(self, delivery: Delivery) -> None:
        """Save what became of a delivery that was claimed; nobody else changes it meanwhile."""
        ...

    async def list_deliveries(self, query: DeliveryQuery) -> DeliveryPage: ...

    async def list_notifying_sites(self) -> list[str]:
        """The sites with a rule, or with a delivery that is not over."""
        ...

    async def record(self, documents: Sequence[Document]) -> None:
        """Put documents into the audit; once more changes nothing."""
        ...


class Sender(Protocol):
    """A channel by which people are told."""

    def check(self, target: Target) -> None:
        """Raise InvalidRequestError where the channel can never reach it, saying what is missing:
        of the app's settings, or which names there are."""
        ...

    async def send(self, target: Target, note: Note) -> None:
        """Have the target told. Sent again, it has the same id, so that it may be told apart.

        Raises ThrottledError, RefusedError for what will never be taken, and DeliveryError.
        """
        ...


Senders = Mapping[Channel, Sender]


class Bell(Protocol):
    """The queue that has a site served by any instance."""

    async def ring(self, site_id: str) -> None:
        """Raises DeliveryError."""
        ...


class PoisonWatch(Protocol):
    """The queues of what failed so often that nobody takes it up again."""

    async def count_poison(self) -> Mapping[str, int]:
        """By queue how many lie there. Raises DeliveryError."""
        ...
