"""The way of a message is one trace: from the stream to whoever is shown what comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.messages import NOW, envelope, stream
from tests.fakes.services import Plant
from tests.fakes.traces import FakeTraces
from tests.unit.tocsin.triggers.app_functions import functions_of
from tests.unit.tocsin.triggers.contexts import HOST_TRACE, INVOCATION
from tests.unit.tocsin.usecases.incidents.incident_plant import MINUTE_MS
from tests.unit.tocsin.usecases.notifications.notify_plant import ADA, CHAT, NotifyPlant, make_rule
from tocsin.domain.errors import DeliveryError
from tocsin.domain.incidents.shown import show_whole
from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.plans.requests import parse_request
from tocsin.domain.tracing.place import Place, parse_place
from tocsin.domain.tracing.span import Invocation, Span
from tocsin.domain.tracing.told_spans import MOST_TOLD
from tocsin.usecases.scoring.trace_batch import MOST_ASKED, MOST_LETTERS, BatchTrace

ODD = range(20, 24)
GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
RUN = Invocation("score_telemetry", INVOCATION, parse_place(HOST_TRACE))


def make_plant(share: float = 1.0) -> Plant:
    return Plant(traces=FakeTraces(share))


async def score(plant: Plant, batch: Iterable[Envelope]) -> None:
    envelopes = [*batch]
    await plant.score(envelopes, trace=BatchTrace(envelopes, plant.traces, RUN))


def by_trace(spans: Iterable[Span]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for span in spans:
        found.setdefault(span.place.trace_id, []).append(span)
    return found


def names(spans: Iterable[Span]) -> list[str]:
    return [span.name for span in spans]


def check_tree(spans: Iterable[Span], root: Place | None = None) -> None:
    """Every span has another above it, but for the one where the trace begins."""
    spans = [*spans]
    places = {span.place.span_id for span in spans}
    assert len(places) == len(spans), "two spans are called alike"
    roots = [span for span in spans if span.parent is None or span.parent.span_id not in places]
    assert [span.parent for span in roots] == [root]
    assert all(span.began_ns <= span.ended_ns for span in spans)


async def test_a_message_is_one_trace_until_it_is_shown_live() -> None:
    plant = make_plant()
    (message,) = stream([8])
    await score(plant, [message])
    ((_, spans),) = by_trace(plant.traces.spans).items()
    check_tree(spans)
    assert names(spans) == [
        "wait in the stream",
        "score_telemetry",
        "decode",
        "look up what is known",
        "score windows",
        "decide",
        "store",
        "put dead letters aside",
        "show live",
    ]
    scoring = spans[1]
    assert scoring.attributes["tocsin.device"] == "rig-1"
    assert scoring.attributes["tocsin.site"] == "north"
    assert scoring.attributes["faas.invocation_id"] == INVOCATION
    assert scoring.links == (parse_place(HOST_TRACE),)


async def test_a_trace_goes_on_where_the_device_began_it() -> None:
    plant = make_plant(1e-12)
    (message,) = stream([8])
    await score(plant, [replace(message, properties={"traceparent": GIVEN})])
    ((trace_id, spans),) = by_trace(plant.traces.spans).items()
    assert trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    check_tree(spans, parse_place(GIVEN))


async def test_the_way_of_an_alert_goes_on_to_people_incident_and_plan() -> None:
    plant = make_plant(1e-12)
    await score(plant, stream([8] * 3, odd=ODD))
    (stored,) = plant.store.all("alerts")
    assert parse_place(stored["traceparent"]) is not None
    functions = functions_of(plant.services())
    await functions["push_alerts"]([stored])
    ((document, _),) = plant.workshop.requests.queue
    request = parse_request(as_bytes(document))
    ((_, spans),) = by_trace(plant.traces.spans).items()
    check_tree(spans)
    assert {
        "push_alerts", "show the alert", "join an incident", "ask for a plan", "show live",
    } <= set(names(spans))  # fmt: skip
    assert (
        next(span for span in spans if span.name == "score_telemetry").attributes["tocsin.alert"]
        == "raised"
    )
    asked = next(span for span in spans if span.name == "ask for a plan")
    assert request.trace == asked.place


async def test_the_way_of_an_alert_goes_on_to_what_people_are_sent() -> None:
    site = NotifyPlant()
    site.plant.traces.share = 1e-12
    await site.set(make_rule(ADA, CHAT, repeat_ms=10 * MINUTE_MS))
    await score(site.plant, stream([8] * 3, odd=ODD))
    await functions_of(site.plant.services())["push_alerts"]([*site.plant.store.all("alerts")])
    site.plant.slack.fails["*"] = DeliveryError("away")
    await site.serve_for(11)
    told = [span for span in site.plant.traces.spans if span.name == "tell people"]
    ((_, spans),) = by_trace(site.plant.traces.spans).items()
    check_tree(spans)
    joined = next(span for span in spans if span.name == "join an incident")
    assert {span.parent for span in told} == {joined.place}
    assert [
        span.attributes["tocsin.kind"]
        for span in told
        if span.attributes["tocsin.channel"] == "email"
    ] == ["opened", "reminder"]
    failed = [span for span in told if span.is_failed]
    assert len(failed) > 1, "each attempt is told"
    assert {span.attributes["tocsin.channel"] for span in failed} == {"slack"}
    assert ADA.name not in str([span.attributes for span in told])


async def test_a_message_about_many_incidents_is_in_few_traces() -> None:
    site = NotifyPlant()
    site.plant.traces.share = 1.0
    await site.set(make_rule(ADA))
    for number in range(MOST_TOLD + 3):
        await score(site.plant, stream([8] * 3, odd=ODD, device_id=f"rig-{number}"))
    await functions_of(site.plant.services())["push_alerts"]([*site.plant.store.all("alerts")])
    await site.serve(minutes=2)
    assert len(site.mails) == 1
    assert names(site.plant.traces.spans).count("tell people") == MOST_TOLD


async def test_people_are_not_shown_where_a_trace_goes_on() -> None:
    plant = make_plant()
    await score(plant, stream([8] * 3, odd=ODD))
    await functions_of(plant.services())["push_alerts"]([*plant.store.all("alerts")])
    ((_, message),) = plant.live.alerts
    assert "traceparent" not in message["alert"]
    (incident,) = plant.incidents.all()
    assert incident.trace is not None
    assert "traceparent" not in show_whole(incident, NOW)


async def test_no_span_says_what_was_measured() -> None:
    plant = make_plant()
    await score(plant, [*stream([8] * 3, odd=ODD), envelope(b"secret body", sequence_number=99)])
    known = {
        "tocsin.device", "tocsin.site", "tocsin.partition", "tocsin.sequence_number",
        "tocsin.bytes", "tocsin.batch_messages", "tocsin.alert", "tocsin.alert_id",
        "tocsin.dead_letter", "faas.invocation_id",
    }  # fmt: skip
    for span in plant.traces.spans:
        assert span.attributes.keys() <= known
        assert not any("secret" in str(value) for value in span.attributes.values())


async def test_nothing_is_traced_where_nobody_asked() -> None:
    plant = make_plant(0)
    messages = [replace(each, properties={"traceparent": GIVEN}) for each in stream([8] * 3)]
    await score(plant, messages)
    await score(plant, stream([8] * 3, odd=ODD, device_id="rig-2"))
    assert plant.traces.spans == []
    assert all("traceparent" not in alert for alert in plant.store.all("alerts"))


async def test_what_cannot_be_used_is_traced_a_few_times() -> None:
    plant = make_plant(1e-12)
    await score(plant, [envelope(b"no", sequence_number=number) for number in range(20)])
    failed = [span for span in plant.traces.spans if span.name == "score_telemetry"]
    assert len(failed) == MOST_LETTERS
    assert all(span.is_failed for span in failed)
    assert {span.attributes["tocsin.dead_letter"] for span in failed} == {"not-json"}


async def test_devices_that_all_ask_are_not_all_traced() -> None:
    plant = make_plant(1e-12)
    asking: list[Envelope] = []
    for number in range(MOST_ASKED + 8):
        (message,) = stream([4], device_id=f"rig-{number}")
        given = GIVEN.replace("4bf9", f"{number:04x}")
        asking.append(replace(message, properties={"traceparent": given}))
    await score(plant, asking)
    assert names(plant.traces.spans).count("score_telemetry") == MOST_ASKED


async def test_a_batch_that_runs_again_tells_the_same_trace() -> None:
    plant = make_plant()
    batch = [*stream([8] * 3, odd=ODD)]
    await score(plant, batch)
    first = {span.place for span in plant.traces.spans}
    plant.restart()
    await score(plant, batch)
    assert {span.place for span in plant.traces.spans} == first


async def test_a_wait_before_the_hubs_clock_is_no_wait() -> None:
    plant = make_plant()
    (message,) = stream([8])
    ahead = NOW + 10**12
    await score(plant, [replace(message, enqueued_at=ahead)])
    waited = plant.traces.spans[0]
    assert waited.name == "wait in the stream"
    assert waited.began_ns == waited.ended_ns


async def test_what_was_shown_to_nobody_says_so() -> None:
    plant = make_plant()
    plant.live.away = True
    await score(plant, stream([8]))
    shown = [span for span in plant.traces.spans if span.name == "show live"]
    assert [span.is_failed for span in shown] == [True]


def as_bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize("text", ["00-x", "", None])
def test_a_request_from_elsewhere_needs_no_trace(text: str | None) -> None:
    document = {"siteId": "north", "kind": "alert", "requestedAt": NOW, "traceparent": text}
    assert parse_request(as_bytes(document)).trace is None
