"""A delivery as the API shows it."""

from __future__ import annotations

from tocsin.domain.notifications.delivery import Delivery
from tocsin.triggers.outputs.notifications import DeliveryShown, TargetShown


def show_delivery(delivery: Delivery) -> DeliveryShown:
    target = delivery.target
    return DeliveryShown(
        id=delivery.delivery_id,
        rule=delivery.rule_id,
        kind=delivery.kind,
        status=delivery.status,
        reason=delivery.reason,
        target=None if target is None else TargetShown(target.channel, target.name, target.person),
        incident_ids=[*delivery.incident_ids],
        subject=delivery.subject,
        text=delivery.text,
        attempts=delivery.attempts,
        created_at=delivery.created_at,
        next_at=delivery.next_at,
        sent_at=delivery.ended_at if delivery.status == "sent" else None,
        ended_at=delivery.ended_at,
    )
