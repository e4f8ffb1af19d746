"""The spans of a message: how it waited in the stream, and what was done to it in its batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.tracing.place import Place, derive_place, find_origin, is_of_share
from tocsin.domain.tracing.span import Attribute, Invocation, Span, Stopwatch

STREAM, SCORING = "stream", "score"
MS = 1_000_000  # ns


def find_scoring(envelope: Envelope) -> Place:
    """The place of scoring the message: whatever comes of it goes on from there."""
    return _choose(_find_stream(envelope)).go_on(SCORING)


def is_asked_for(envelope: Envelope, share: float) -> bool:
    """Whether the way of the message is kept: whoever began its trace keeps it, or it is among the
    *share* of all."""
    place = _find_stream(envelope)
    return place.is_chosen or is_of_share(place, share)


def list_message_spans(
    envelope: Envelope,
    watch: Stopwatch,
    invocation: Invocation,
    *,
    became: Mapping[str, Attribute],
    is_failed: bool = False,
) -> Iterator[Span]:
    """The wait in the stream, scoring, and its steps, which the whole batch took together.

    *became*: what became of the message, in attributes of scoring.
    """
    stream, scoring = _choose(_find_stream(envelope)), find_scoring(envelope)
    about = describe(envelope.device_id, envelope.site_id)
    # Where the hub did not say, or its clock runs ahead, it cannot have waited.
    enqueued_ns = min(envelope.enqueued_at * MS or watch.began_ns, watch.began_ns)
    yield Span(
        "wait in the stream",
        "internal",
        stream,
        find_origin(envelope.properties),
        enqueued_ns,
        watch.began_ns,
        about,
    )
    ended_ns = watch.laps[-1][2] if watch.laps else watch.began_ns
    yield Span(
        invocation.function,
        "consumer",
        scoring,
        stream,
        watch.began_ns,
        ended_ns,
        {
            **about,
            "tocsin.partition": envelope.partition,
            "tocsin.sequence_number": envelope.sequence_number,
            "tocsin.bytes": len(envelope.body),
            **became,
            **describe_invocation(invocation),
        },
        list_links(invocation),
        is_failed,
    )
    for number, (name, began, ended) in enumerate(watch.laps):
        yield Span(name, "internal", scoring.go_on(f"{name}-{number}"), scoring, began, ended)


def describe(device_id: str, site_id: str) -> dict[str, Attribute]:
    return {"tocsin.device": device_id, "tocsin.site": site_id}


def describe_invocation(invocation: Invocation) -> dict[str, Attribute]:
    """By the name that OpenTelemetry has for it."""
    return {"faas.invocation_id": invocation.invocation_id}


def list_links(invocation: Invocation) -> tuple[Place, ...]:
    return () if invocation.place is None else (invocation.place,)


def _find_stream(envelope: Envelope) -> Place:
    origin = find_origin(envelope.properties)
    if origin is not None:
        return origin.go_on(STREAM)
    return derive_place(envelope.device_id, envelope.partition, envelope.sequence_number)


def _choose(place: Place) -> Place:
    return Place(place.trace_id, place.span_id)
