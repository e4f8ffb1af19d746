"""What is measured is bounded."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.metrics import Counter, Histogram
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    MetricExporter,
    MetricExportResult,
    MetricsData,
)

from tocsin.adapters.insights.meter import MOST_SERIES, MOST_SITES, InsightsMeter
from tocsin.domain.insights.metering import INSTRUMENTS, READINGS, Labels, Measurement

DELTA = AggregationTemporality.DELTA


class KeptPoints(MetricExporter):  # type: ignore[misc]  # the SDK comes without types here
    """Keeps what is exported, as (name, unit, attributes)."""

    def __init__(self) -> None:
        super().__init__(preferred_temporality={Counter: DELTA, Histogram: DELTA})
        self.points: list[tuple[str, str, dict[str, object]]] = []

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 0, **_: object
    ) -> MetricExportResult:
        self.points += [
            (metric.name, metric.unit, dict(point.attributes or {}))
            for resource in metrics_data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            for point in metric.data.data_points
        ]
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 0) -> bool:
        return True

    def shutdown(self, timeout_millis: float = 0, **_: object) -> None:
        pass


def test_every_instrument_is_sent_with_its_unit() -> None:
    exporter = KeptPoints()
    meter = InsightsMeter(exporter, every_s=3_600)
    meter.record(Measurement(instrument, 1) for instrument in INSTRUMENTS)
    meter.close()
    assert [(name, unit) for name, unit, _ in exporter.points] == [
        (instrument.name, instrument.unit) for instrument in INSTRUMENTS
    ]


def test_few_sites_are_told_apart_and_many_are_not(caplog: pytest.LogCaptureFixture) -> None:
    """Each series is paid for; what there is in all stays right."""
    exporter = KeptPoints()
    meter = InsightsMeter(exporter, every_s=3_600)

    def find_sites() -> set[object]:
        meter.record(
            Measurement(READINGS, 1, Labels(name, "pump", outcome="scored")) for name in sites
        )
        exporter.points.clear()
        meter.flush()
        assert all(each["tocsin.profile"] == "pump" for *_, each in exporter.points)
        return {attributes.get("tocsin.site") for *_, attributes in exporter.points}

    sites = [f"site-{number}" for number in range(MOST_SITES)]
    assert find_sites() == {*sites}
    assert caplog.records == []
    sites.append("one-more")
    find_sites()
    assert find_sites() == {None}
    assert len(caplog.records) == 1
    meter.close()


def test_whatever_multiplies_the_rest_is_added_up_together() -> None:
    exporter = KeptPoints()
    meter = InsightsMeter(exporter, every_s=3_600)
    kinds = range(MOST_SERIES + 50)
    meter.record(Measurement(READINGS, 1, Labels(profile=f"kind-{number}")) for number in kinds)
    meter.close()
    assert len(exporter.points) == MOST_SERIES + 1
    assert {"otel.metric.overflow": True} in [attributes for *_, attributes in exporter.points]
