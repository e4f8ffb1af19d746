"""The spans of what comes of a message: it is shown, an alert of it leaves, a site is planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tocsin.domain.alerts.alert_marks import AlertKey, Mark, OwedAlert
from tocsin.domain.plans.requests import Request
from tocsin.domain.tracing.message_spans import MS, describe, describe_invocation, list_links
from tocsin.domain.tracing.place import Place
from tocsin.domain.tracing.span import Invocation, Kind, Span, Stopwatch

LIVE, ASKED, JOINED = "live", "ask", "join"
# What is done of an alert, by the mark that says it was.
DONE: Mapping[Mark, tuple[str, Kind, str]] = {
    "shownAt": ("show the alert", "producer", "show"),
    "joinedAt": ("join an incident", "internal", JOINED),
    "askedAt": ("ask for a plan", "producer", ASKED),
}


def list_live_spans(
    site_id: str,
    places: Mapping[str, Place],
    *,
    began_ns: int,
    ended_ns: int,
    is_failed: bool,
) -> Iterator[Span]:
    """One live message with the newest readings of devices; *places*: by device, where its own
    trace goes on."""
    for device_id, place in places.items():
        yield Span(
            "show live",
            "producer",
            place.go_on(LIVE),
            place,
            began_ns,
            ended_ns,
            describe(device_id, site_id),
            is_failed=is_failed,
        )


def find_asking(place: Place) -> Place:
    """Where the trace of an alert goes on with the plan that is asked for because of it."""
    return place.go_on(ASKED)


def find_joining(place: Place) -> Place:
    """Where the trace of an alert goes on with what people are told of the incident it opened."""
    return place.go_on(JOINED)


def list_push_spans(
    owed: Sequence[OwedAlert],
    marks: Mapping[AlertKey, Mapping[Mark, int]],
    watch: Stopwatch,
    invocation: Invocation,
) -> Iterator[Span]:
    """A run that does what is owed of alerts: for each that is traced, the run and what it did.

    *marks*: what was done of an alert, and when (ms). What is owed is done side by side, so all of
    it begins with the run.
    """
    ended_ns = watch.laps[-1][2]
    for alert in owed:
        if alert.trace is None:
            continue
        place = alert.trace.go_on(invocation.function)
        done = marks.get(alert.key, {})
        about = describe(alert.alert.device_id, alert.alert.site_id)
        yield Span(
            invocation.function,
            "consumer",
            place,
            alert.trace,
            watch.began_ns,
            ended_ns,
            {
                **about,
                "tocsin.alert": alert.alert.change,
                "tocsin.alert_id": alert.alert.alert_id,
                **describe_invocation(invocation),
            },
            list_links(invocation),
            is_failed=alert.to_show and "shownAt" not in done,
        )
        for mark, (name, kind, step) in DONE.items():
            if mark in done:
                at_ns = min(max(done[mark] * MS, watch.began_ns), ended_ns)
                own = alert.trace.go_on(step)
                yield Span(name, kind, own, place, watch.began_ns, at_ns, about)


def list_plan_spans(
    request: Request, outcome: str, watch: Stopwatch, invocation: Invocation
) -> Iterator[Span]:
    """A run at a site because of an alert that is traced; none of other runs.

    There are several: the site is looked at again for a while, and a plan is followed up. So each
    has a place of its own.
    """
    if request.trace is not None:
        yield Span(
            invocation.function,
            "consumer",
            request.trace.go_on(f"{invocation.function}-{invocation.invocation_id}"),
            request.trace,
            watch.began_ns,
            watch.laps[-1][2],
            {
                "tocsin.site": request.site_id,
                "tocsin.kind": request.kind,
                "tocsin.outcome": outcome,
                **describe_invocation(invocation),
            },
            list_links(invocation),
        )
