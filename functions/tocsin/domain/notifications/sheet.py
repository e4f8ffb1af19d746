"""A desk while a turn is worked out on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.notifications.delivery import Delivery, Kind
from tocsin.domain.notifications.desk import Board, Desk, Ticket
from tocsin.domain.notifications.judge import say_silenced
from tocsin.domain.notifications.rule import Rule, Target

MOST_CHANGED = 40  # before one more incident, which may concern every target of a rule
MOST_TOLD = 50  # incidents in one message
HOUR_MS = 60 * 60 * 1_000

Key = tuple[str, str]


class Sheet:
    """``tickets``: by rule and incident. ``pending``: deliveries that are not over, by id.
    ``changed``: what has to be saved. ``overflow``: incidents for which there is no room."""

    def __init__(self, desk: Desk, incidents: Mapping[str, Incident], now_ms: int) -> None:
        self.desk = desk
        self.incidents = incidents
        self.now_ms = now_ms
        self.tickets: dict[Key, Ticket] = {
            (ticket.rule_id, ticket.incident_id): ticket for ticket in desk.board.tickets
        }
        self.pending = {delivery.delivery_id: delivery for delivery in desk.pending}
        self.changed: dict[str, Delivery] = {}
        self.sent = dict(desk.board.sent)
        self.last = dict(desk.board.last)
        self.overflow = 0
        self._serial = desk.board.serial

    @property
    def is_full(self) -> bool:
        """The rest has to wait for another turn."""
        return len(self.changed) >= MOST_CHANGED

    def put(self, delivery: Delivery) -> None:
        self.changed[delivery.delivery_id] = delivery
        if delivery.status == "pending":
            self.pending[delivery.delivery_id] = delivery
        else:
            self.pending.pop(delivery.delivery_id, None)

    def list_free(self) -> list[Delivery]:
        """The pending ones that nobody is sending, the first that is due first."""
        free = [each for each in self.pending.values() if not each.is_claimed(self.now_ms)]
        return sorted(free, key=lambda each: (each.next_at or 0, each.delivery_id))

    def plan(self, kind: Kind, rule: Rule, step: int, target: Target, incident_id: str) -> None:
        """Have *target* told of the incident: in a message that waits already, if there is one.

        Where its channel is switched off that is put on the record, once for each thing to say.
        """
        if self.desk.switch.silences(target):
            if kind != "reminder":
                self.skip(rule.rule_id, incident_id, say_silenced(target), kind, target)
            return
        free = [
            each
            for each in self.list_free()
            if each.rule_id == rule.rule_id and each.target and each.target.key == target.key
        ]
        if kind != "ended" and any(
            each.kind in {"opened", kind} and incident_id in each.incident_ids for each in free
        ):
            return  # the message that says it first is still on its way
        for each in free:
            # One that was tried may have arrived; its name must not stand for more than it said.
            fits = each.attempts == 0 and len(each.incident_ids) < MOST_TOLD
            if fits and (each.kind, each.step) == (kind, step):
                self.put(replace(each, incident_ids=(*each.incident_ids, incident_id)))
                return
        made = self._make(kind, rule.rule_id, target, (incident_id,))
        self.put(replace(made, step=step, next_at=self._find_time(kind, rule, target)))

    def skip(
        self,
        rule_id: str,
        incident_id: str,
        reason: str,
        kind: Kind = "opened",
        target: Target | None = None,
    ) -> None:
        """Put on the record that nobody is told, or *target* alone is not, and why."""
        wanted = (rule_id, kind, reason, target, "skipped")
        for each in self.changed.values():
            found = (each.rule_id, each.kind, each.reason, each.target, each.status)
            if found == wanted and incident_id in each.incident_ids:
                return
            if found == wanted and len(each.incident_ids) < MOST_TOLD:
                self.put(replace(each, incident_ids=(*each.incident_ids, incident_id)))
                return
        made = self._make(kind, rule_id, target, (incident_id,))
        self.put(made.skip(reason, self.now_ms))

    def say(self, kind: Kind, rule: Rule, target: Target, subject: str, text: str) -> Delivery:
        """A message that is about no incident."""
        made = self._make(kind, rule.rule_id, target, ())
        said = replace(made, subject=subject, text=text)
        self.put(said)
        return said

    def list_recent(self, target: Target) -> tuple[int, ...]:
        """When the target was written to in the last hour."""
        since_ms = self.now_ms - HOUR_MS
        return tuple(at for at in self.sent.get(target.key, ()) if at > since_ms)

    def note_sent(self, target: Target) -> None:
        self.sent[target.key] = (*self.list_recent(target), self.now_ms)

    def close(self) -> Desk:
        """The desk after the turn, with the mark of the state that it was made from."""
        hour_ms, since_ms = self.now_ms - HOUR_MS, self.now_ms - 24 * HOUR_MS
        board = Board(
            self._serial,
            tuple(self.tickets[key] for key in sorted(self.tickets)),
            {
                key: times
                for key, times in sorted(self.sent.items())
                if max(times, default=0) > hour_ms
            },
            {key: at for key, at in sorted(self.last.items()) if at >= since_ms},
        )
        return replace(self.desk, board=board, pending=tuple(self.pending.values()))

    def _find_time(self, kind: Kind, rule: Rule, target: Target) -> int:
        if kind not in {"opened", "ended"}:
            return self.now_ms
        wait_ms = rule.group_wait_ms if kind == "opened" else 0
        last = self.last.get(name_line(rule.rule_id, target))
        after = 0 if last is None else last + rule.group_interval_ms
        return max(self.now_ms + wait_ms, after)

    def _make(
        self,
        kind: Kind,
        rule_id: str,
        target: Target | None,
        incident_ids: tuple[str, ...],
    ) -> Delivery:
        self._serial += 1
        named = f"{self.desk.site_id}\n{rule_id}\n{self._serial}"
        digest = hashlib.blake2b(named.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
        return Delivery(
            delivery_id=f"{self.now_ms:013d}-{digest}",
            site_id=self.desk.site_id,
            rule_id=rule_id,
            kind=kind,
            target=target,
            incident_ids=incident_ids,
            created_at=self.now_ms,
            next_at=self.now_ms,
        )


def name_line(rule_id: str, target: Target) -> str:
    """The messages of a rule to a target, which keep their distance."""
    return f"{rule_id} {target.key}"
