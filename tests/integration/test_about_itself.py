"""What the running system says of itself: the way of a message as a trace, and its figures."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import pytest
from azure.iot.device import Message

from local.addresses import find_free_address
from local.endpoints import Endpoints
from local.services import find_telemetry
from local.stack import Stack
from local.standins.insights.items import StoredSpan
from local.standins.insights.state import read_points, read_spans
from tests.integration.devices import connect_device
from tests.waiting import wait_until

DEVICE, SITE = "traced-1", "lab"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SECRET = 47.1147
READINGS = 120
WAY = {
    "wait in the stream", "score_telemetry", "decode", "score windows", "store", "show live",
    "push_alerts", "show the alert", "join an incident", "ask for a plan", "rebalance_on_request",
}  # fmt: skip


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    env = {"TRACE_SHARE": "0.000001", "METRICS_EVERY_S": "1"}
    endpoints = Endpoints.free(find_free_address())
    folder = tmp_path_factory.mktemp("stack")
    with Stack(endpoints, folder, env=env, scores_apart=True) as running:
        yield running


def write_body() -> str:
    """A room whose thermometer says nothing any more: an alert, whatever the model makes of it."""
    newest = round(time.time() * 1_000)
    numbers = range(READINGS)
    working = READINGS // 2
    columns = {
        "temperature_c": [21.3 + 0.01 * (n * 7 % 11) if n < working else None for n in numbers],
        "humidity_pct": [SECRET, *(47 + 0.05 * (n * 5 % 13) for n in numbers[1:])],
        "battery_pct": [88.0 + 0.1 * (n * 3 % 4) for n in numbers],
    }
    times = [newest - 1_000 * (READINGS - n) for n in numbers]
    return json.dumps(
        {"schema": 1, "profile": "environment", "seq": 0, "t": times, "channels": columns}
    )


def find_trace(stack: Stack) -> list[StoredSpan]:
    return [span for span in read_spans(find_telemetry(stack.state)) if span.trace_id == TRACE]


@pytest.mark.timeout(180)
def test_the_way_of_a_message_is_one_trace(stack: Stack) -> None:
    with connect_device(stack, DEVICE, site=SITE) as client:
        message = Message(  # type: ignore[no-untyped-call]  # the SDK's own
            write_body(), content_encoding="utf-8", content_type="application/json"
        )
        message.custom_properties["traceparent"] = f"00-{TRACE}-{SPAN}-01"
        client.send_message(message)
    wait_until(
        lambda: {span.name for span in find_trace(stack)} >= WAY,
        within_s=60,
        what="the whole way of the message",
    )
    spans = find_trace(stack)
    ids = {span.span_id for span in spans}
    above = {span.parent_id for span in spans} - ids
    assert above == {SPAN}, "it goes on where the device began it, and hangs together"
    (scoring,) = [span for span in spans if span.name == "score_telemetry"]
    assert scoring.attributes["tocsin.device"] == DEVICE
    assert scoring.attributes["tocsin.site"] == SITE
    assert scoring.attributes["faas.invocation_id"]
    assert str(SECRET) not in json.dumps([span.to_document() for span in spans])


def count_measured(stack: Stack) -> dict[str, float]:
    counted: dict[str, float] = {}
    for point in read_points(find_telemetry(stack.state)):
        counted[point.name] = counted.get(point.name, 0) + point.total
    return counted


MEASURED = {
    "tocsin.scoring.readings", "tocsin.scoring.messages", "tocsin.scoring.alerts",
    "tocsin.scoring.lag", "tocsin.scoring.duration", "tocsin.scoring.batch_size",
    "tocsin.alerts.delay", "tocsin.planning.runs",
}  # fmt: skip


def test_the_work_is_counted_and_timed(stack: Stack) -> None:
    """Of the message above, by the functions in both processes."""
    wait_until(
        lambda: count_measured(stack).keys() >= MEASURED, within_s=30, what="all measurements"
    )
    counted = count_measured(stack)
    assert counted["tocsin.scoring.readings"] == READINGS
    assert counted["tocsin.scoring.messages"] == 1
    points = read_points(find_telemetry(stack.state))
    assert {point.attributes.get("tocsin.site", SITE) for point in points} == {SITE}
    assert DEVICE not in json.dumps([point.to_document() for point in points])


def test_the_figures_are_as_prometheus_wants_them(stack: Stack) -> None:
    """After the message above, so that there is a device, an alert and a plan to count."""
    with urllib.request.urlopen(f"{stack.url}api/metrics", timeout=30) as answer:
        text: str = answer.read().decode()
    assert f'site="{SITE}"' in text
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("the figures were not checked: there is no promtool (Debian: prometheus)")
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
