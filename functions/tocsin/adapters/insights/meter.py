"""Application Insights, by OpenTelemetry: where measurements of the app's own work are kept."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import replace

from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from tocsin.adapters.insights.quiet import ROLE, WITHIN_MS, quieten
from tocsin.domain.insights.metering import INSTRUMENTS, Instrument, Labels, Measurement

# Each series is paid for by instance and interval. An instance that has met more sites names none
# any more: with some only, what is shown of a site would depend on which instance met it first.
MOST_SITES = 10
# Of one instrument, whatever else multiplies: the rest is added up as one.
MOST_SERIES = 1_000

log = logging.getLogger(__name__)

Take = Callable[[float, dict[str, str]], None]


class InsightsMeter:
    """The port Meter over one component; adds up, and sends every *every_s* seconds from a thread
    of its own. What has not changed meanwhile is not sent."""

    def __init__(self, exporter: MetricExporter, every_s: float) -> None:
        reader = PeriodicExportingMetricReader(
            exporter,
            export_interval_millis=every_s * 1_000,
            export_timeout_millis=WITHIN_MS,
            cardinality_limits={Counter: MOST_SERIES, Histogram: MOST_SERIES},
        )
        self._provider = MeterProvider(
            [reader], resource=Resource({"service.name": ROLE}), shutdown_on_exit=False
        )
        self._sites: set[str] = set()
        self._takes = {instrument: self._open(instrument) for instrument in INSTRUMENTS}
        atexit.register(self._provider.shutdown)

    @property
    def is_on(self) -> bool:
        return True

    def record(self, measurements: Iterable[Measurement]) -> None:
        for measurement in measurements:
            take = self._takes[measurement.instrument]
            take(measurement.value, self._bound(measurement.labels).to_attributes())

    def close(self) -> None:
        """Send what is there, for at most as long as one sending may take."""
        atexit.unregister(self._provider.shutdown)
        self._provider.shutdown(WITHIN_MS)

    def flush(self) -> None:
        """Send what is there now; returns when it is sent, or was given up."""
        self._provider.force_flush(WITHIN_MS)

    def _bound(self, labels: Labels) -> Labels:
        if labels.site and len(self._sites) <= MOST_SITES:
            self._sites.add(labels.site)
            if len(self._sites) > MOST_SITES:
                log.warning("Metrics tell no sites apart: there are more than %d", MOST_SITES)
        return replace(labels, site="") if len(self._sites) > MOST_SITES else labels

    def _open(self, instrument: Instrument) -> Take:
        meter = self._provider.get_meter(ROLE)
        name, unit, meaning = instrument.name, instrument.unit, instrument.meaning
        take: Take = (
            meter.create_counter(name, unit, meaning).add
            if instrument.adds_up
            else meter.create_histogram(name, unit, meaning).record
        )
        return take


def insights_metric_exporter(
    connection_string: str, environment: MutableMapping[str, str]
) -> MetricExporter:
    """As ``insights_exporter``, for measurements. Raises ValueError for a connection string that is
    none."""
    quieten(environment)
    # Imported here: half a second that only those pay who measure.
    from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter  # noqa: PLC0415

    return AzureMonitorMetricExporter(
        connection_string=connection_string, disable_offline_storage=True
    )
