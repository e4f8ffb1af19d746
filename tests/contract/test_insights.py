"""Traces and metrics through the official exporters to the stand-in of Application Insights."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.monitor.opentelemetry.exporter._configuration._state import get_configuration_manager

from local.endpoints import INSIGHTS_KEY, Endpoints
from local.processes import Child
from local.services import find_telemetry
from local.standins.insights.items import StoredPoint, StoredSpan
from local.standins.insights.state import read_points, read_spans
from tests.contract.raw_http import exchange, make_request
from tocsin.adapters.insights.meter import InsightsMeter, insights_metric_exporter
from tocsin.adapters.insights.traces import InsightsTraces, insights_exporter
from tocsin.domain.insights.metering import LAG, PLANNING_RUNS, READINGS, Labels, Measurement
from tocsin.domain.tracing.place import Place, derive_place
from tocsin.domain.tracing.span import Span

DEVICE = derive_place("rig-1", "0", 7)
BEGAN = 1_795_332_074_190_000_000
HALF_A_POINT = {
    "iKey": INSIGHTS_KEY,
    "time": "2026-11-22T17:21:00Z",
    "data": {"baseType": "MetricData", "baseData": {"metrics": [{"name": "tocsin.x"}]}},
}


@pytest.fixture(scope="module")
def traces(endpoints: Endpoints, insights: Child) -> Iterator[InsightsTraces]:
    assert insights.running
    kept = InsightsTraces(insights_exporter(endpoints.insights_connection, os.environ), 0.5)
    yield kept
    kept.close()


def read_trace(state: Path, trace_id: str) -> dict[str, StoredSpan]:
    found = [span for span in read_spans(find_telemetry(state)) if span.trace_id == trace_id]
    return {span.name: span for span in found}


def test_spans_arrive_as_they_were_recorded(traces: InsightsTraces, state: Path) -> None:
    child, other = DEVICE.go_on("score"), Place("a" * 32, "b" * 16)
    traces.record(
        [
            Span("wait", "internal", DEVICE, None, BEGAN, BEGAN + 12_000_000),
            Span(
                "score_telemetry", "consumer", child, DEVICE, BEGAN, BEGAN + 3_400_000_000,
                {"tocsin.device": "rig-1", "tocsin.bytes": 120}, (other,), is_failed=True,
            ),
        ]
    )  # fmt: skip
    traces.flush()
    found = read_trace(state, DEVICE.trace_id)
    waited, scored = found["wait"], found["score_telemetry"]
    assert (waited.kind, waited.parent_id, waited.duration_ms) == ("dependency", "", 12)
    assert (scored.kind, scored.parent_id, scored.duration_ms) == ("request", DEVICE.span_id, 3_400)
    assert scored.span_id == child.span_id
    assert (waited.success, scored.success) == (True, False)
    assert scored.attributes["tocsin.device"] == "rig-1"
    assert scored.attributes["tocsin.bytes"] == "120"
    links = json.loads(scored.attributes["_MS.links"])
    assert links == [{"operation_Id": other.trace_id, "id": other.span_id}]
    assert waited.began.startswith("2026-11-22T")


def test_a_span_that_comes_twice_is_kept_once(traces: InsightsTraces, state: Path) -> None:
    place = derive_place("rig-2", "0", 7)
    for _ in range(2):
        traces.record([Span("wait", "internal", place, None, BEGAN, BEGAN)])
        traces.flush()
    found = [span for span in read_spans(find_telemetry(state)) if span.trace_id == place.trace_id]
    assert len(found) == 1


@pytest.fixture
def meter(endpoints: Endpoints, insights: Child) -> Iterator[InsightsMeter]:
    assert insights.running
    exporter = insights_metric_exporter(endpoints.insights_connection, os.environ)
    kept = InsightsMeter(exporter, every_s=3_600)
    yield kept
    kept.close()


def read_series(state: Path, site: str) -> dict[str, list[StoredPoint]]:
    found: dict[str, list[StoredPoint]] = {}
    for point in read_points(find_telemetry(state)):
        if point.attributes.get("tocsin.site") == site:
            found.setdefault(point.name, []).append(point)
    return found


def test_measurements_arrive_added_up_and_each_once(meter: InsightsMeter, state: Path) -> None:
    labels = Labels("mill", "pump", outcome="scored")
    meter.record(Measurement(READINGS, count, labels) for count in (5, 7))
    meter.record(Measurement(LAG, lag_s, Labels("mill")) for lag_s in (0.5, 2.5))
    meter.flush()
    meter.record([Measurement(READINGS, 1, labels)])
    meter.flush()
    meter.flush()
    found = read_series(state, "mill")
    assert [point.total for point in found["tocsin.scoring.readings"]] == [12, 1]
    (lag,) = found["tocsin.scoring.lag"]
    assert (lag.total, lag.count, lag.least, lag.most) == (3.0, 2, 0.5, 2.5)
    assert found["tocsin.scoring.readings"][0].attributes == {
        "tocsin.site": "mill",
        "tocsin.profile": "pump",
        "tocsin.outcome": "scored",
    }


def test_what_was_measured_last_is_sent_when_the_app_ends(
    endpoints: Endpoints, insights: Child, state: Path
) -> None:
    assert insights.running
    exporter = insights_metric_exporter(endpoints.insights_connection, os.environ)
    meter = InsightsMeter(exporter, every_s=3_600)
    meter.record([Measurement(PLANNING_RUNS, 1, Labels("kiln", outcome="planned"))])
    meter.close()
    assert read_series(state, "kiln").keys() == {"tocsin.planning.runs"}


def test_measuring_waits_for_nobody_and_raises_nothing(
    endpoints: Endpoints, caplog: pytest.LogCaptureFixture
) -> None:
    away = endpoints.insights_connection.replace(f":{endpoints.insights}", ":1")
    meter = InsightsMeter(insights_metric_exporter(away, os.environ), every_s=3_600)
    with caplog.at_level(logging.WARNING):
        meter.record([Measurement(READINGS, 1)])
        meter.close()
    assert any(record.name.startswith("azure.monitor") for record in caplog.records)


def test_recording_waits_for_nobody_and_raises_nothing(
    endpoints: Endpoints, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nobody listens, what is dropped is logged."""
    away = endpoints.insights_connection.replace(f":{endpoints.insights}", ":1")
    traces = InsightsTraces(insights_exporter(away, os.environ), 1)
    with caplog.at_level(logging.WARNING):
        traces.record([Span("wait", "internal", DEVICE, None, BEGAN, BEGAN)])
        traces.close()
    assert any(record.name.startswith("azure.monitor") for record in caplog.records)


def test_the_exporter_tells_nobody_else_how_it_does(traces: InsightsTraces) -> None:
    """What it tells Microsoft of itself it would send by the clock."""
    assert traces.share == 0.5
    by_the_clock = [thread for thread in threading.enumerate() if "Metric" in thread.name]
    assert by_the_clock == []
    assert get_configuration_manager() is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no", b"400"),
        (b"[]", b"400"),
        (b"[7]", b"400"),
        (b'[{"iKey": "another"}]', b"400"),
        (json.dumps({"iKey": INSIGHTS_KEY, "data": {"baseType": "MetricData"}}).encode(), b"400"),
        (json.dumps(HALF_A_POINT).encode(), b"400"),
    ],
)
def test_what_is_neither_is_refused_with_the_reason(
    endpoints: Endpoints, insights: Child, body: bytes, status: bytes
) -> None:
    assert insights.running
    headers = {"Host": f"{endpoints.address}:{endpoints.insights}", "Connection": "close"}
    answer = exchange(endpoints, "insights", make_request("POST", "/v2.1/track", headers, body))
    assert answer.split()[1] == status
    assert b'"message": "' in answer
