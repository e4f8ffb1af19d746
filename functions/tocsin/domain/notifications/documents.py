"""Deliveries and boards as documents of ``notifications`` (docs/formats.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.domain.notifications.delivery import Delivery, Kind, Status
from tocsin.domain.notifications.desk import Board, Ticket
from tocsin.domain.notifications.rule_documents import read_target, write_target
from tocsin.domain.stored import (
    OPTIONAL_TEXT,
    OPTIONAL_WHOLE,
    take_field,
    take_list,
    take_mapping,
    take_part,
    take_parts,
    take_word,
)

DELIVERY, BOARD = "delivery", "board"
KEPT_S = 30 * 24 * 60 * 60  # what is over is shown for so long


def write_delivery(delivery: Delivery) -> dict[str, Any]:
    target = delivery.target
    return {
        "id": delivery.delivery_id,
        "type": DELIVERY,
        "siteId": delivery.site_id,
        "rule": delivery.rule_id,
        "kind": delivery.kind,
        "target": None if target is None else write_target(target),
        "incidentIds": [*delivery.incident_ids],
        "step": delivery.step,
        "status": delivery.status,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "createdAt": delivery.created_at,
        "nextAt": delivery.next_at,
        "claimedUntil": delivery.claimed_until,
        "endedAt": delivery.ended_at,
        "subject": delivery.subject,
        "text": delivery.text,
        # What waits is never forgotten, however long it waits.
        "ttl": -1 if delivery.status == "pending" else KEPT_S,
    }


def read_delivery(document: Mapping[str, Any]) -> Delivery:
    """Raises DamagedDocumentError."""
    target = take_part(document, "target")
    return Delivery(
        delivery_id=take_field(document, "id", str),
        site_id=take_field(document, "siteId", str),
        rule_id=take_field(document, "rule", str),
        kind=take_word(document, "kind", Kind),
        target=None if target is None else read_target(target),
        incident_ids=tuple(take_list(document, "incidentIds", str)),
        created_at=take_field(document, "createdAt", int),
        next_at=take_field(document, "nextAt", *OPTIONAL_WHOLE),
        step=take_field(document, "step", int),
        status=take_word(document, "status", Status),
        reason=take_field(document, "reason", *OPTIONAL_TEXT),
        attempts=take_field(document, "attempts", int),
        claimed_until=take_field(document, "claimedUntil", *OPTIONAL_WHOLE),
        ended_at=take_field(document, "endedAt", *OPTIONAL_WHOLE),
        subject=take_field(document, "subject", str),
        text=take_field(document, "text", str),
    )


def write_board(site_id: str, board: Board) -> dict[str, Any]:
    return {
        "id": BOARD,
        "type": BOARD,
        "siteId": site_id,
        "serial": board.serial,
        "tickets": [_write_ticket(ticket) for ticket in board.tickets],
        "sent": {key: [*times] for key, times in board.sent.items()},
        "last": dict(board.last),
    }


def read_board(document: Mapping[str, Any]) -> Board:
    """Raises DamagedDocumentError."""
    sent = take_mapping(document, "sent", list)
    return Board(
        take_field(document, "serial", int),
        tuple(map(_read_ticket, take_parts(document, "tickets"))),
        {key: tuple(take_list(sent, key, int)) for key in sent},
        take_mapping(document, "last", int),
    )


def _write_ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "rule": ticket.rule_id,
        "incidentId": ticket.incident_id,
        "step": ticket.step,
        "openedAt": ticket.opened_at,
        "toldAt": ticket.told_at,
        "told": sorted(ticket.told),
        "missed": sorted(ticket.missed),
        "held": ticket.held,
        "pausedAt": ticket.paused_at,
        "skipped": ticket.skipped,
    }


def _read_ticket(part: Mapping[str, Any]) -> Ticket:
    return Ticket(
        rule_id=take_field(part, "rule", str),
        incident_id=take_field(part, "incidentId", str),
        step=take_field(part, "step", int),
        opened_at=take_field(part, "openedAt", int),
        told_at=take_field(part, "toldAt", int),
        told=frozenset(take_list(part, "told", str)),
        missed=frozenset(take_list(part, "missed", str)),
        held=take_field(part, "held", bool),
        paused_at=take_field(part, "pausedAt", *OPTIONAL_WHOLE),
        skipped=take_field(part, "skipped", *OPTIONAL_TEXT),
    )
