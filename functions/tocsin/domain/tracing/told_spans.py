"""The spans of what people are sent: the trace of the alert that opened an incident goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from tocsin.domain.incidents.incident import Incident
from tocsin.domain.notifications.delivery import Delivery
from tocsin.domain.tracing.message_spans import MS
from tocsin.domain.tracing.span import Span

MOST_TOLD = 4  # a message may be about many incidents: in the traces of so many of them it is shown


def list_told_spans(
    delivery: Delivery, incidents: Iterable[Incident], *, began_ms: int, ended_ms: int
) -> Iterator[Span]:
    """One attempt to tell people, for the *incidents* that it is about and that are traced.

    *delivery*: after the attempt; its id leads to the log and to what was said.
    """
    assert delivery.target is not None, "somebody was told"
    places = (each.trace for each in incidents if each.trace is not None)
    for place in islice(places, MOST_TOLD):
        yield Span(
            "tell people",
            "producer",
            place.go_on(f"{delivery.delivery_id}-{delivery.attempts}"),
            place,
            began_ms * MS,
            ended_ms * MS,
            {
                "tocsin.site": delivery.site_id,
                "tocsin.kind": delivery.kind,
                "tocsin.channel": delivery.target.channel,
                "tocsin.outcome": delivery.status,
                "tocsin.delivery_id": delivery.delivery_id,
            },
            is_failed=delivery.status != "sent",
        )
