"""Application Insights, by OpenTelemetry: where traces are kept."""

from __future__ import annotations

import atexit
from collections.abc import MutableMapping, Sequence

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from tocsin.adapters.insights.quiet import ROLE, WITHIN_MS, quieten
from tocsin.domain.tracing.place import Place
from tocsin.domain.tracing.span import Span

MOST_WAITING = 4_096  # spans: what comes while so many wait to be sent is dropped, and logged
AT_ONCE = 512
EVERY_MS = 2_000
KINDS = {
    "consumer": SpanKind.CONSUMER,
    "producer": SpanKind.PRODUCER,
    "internal": SpanKind.INTERNAL,
}
KEPT = TraceFlags(TraceFlags.SAMPLED)


class InsightsTraces:
    """The port Traces over one component; sends from a thread of its own."""

    def __init__(self, exporter: SpanExporter, share: float) -> None:
        self._share = share
        self._resource = Resource({"service.name": ROLE})
        self._processor = BatchSpanProcessor(
            exporter,
            max_queue_size=MOST_WAITING,
            schedule_delay_millis=EVERY_MS,
            max_export_batch_size=AT_ONCE,
            export_timeout_millis=WITHIN_MS,
        )
        atexit.register(self._processor.shutdown)

    @property
    def share(self) -> float:
        return self._share

    def record(self, spans: Sequence[Span]) -> None:
        for span in spans:
            self._processor.on_end(translate(span, self._resource))

    def close(self) -> None:
        """Send what still waits, for at most as long as one sending may take."""
        atexit.unregister(self._processor.shutdown)
        self._processor.shutdown()

    def flush(self) -> None:
        """Return when all that was recorded is sent, or was given up."""
        self._processor.force_flush(WITHIN_MS)


def insights_exporter(
    connection_string: str, environment: MutableMapping[str, str]
) -> SpanExporter:
    """Signs in with the identity in APPLICATIONINSIGHTS_AUTHENTICATION_STRING, where that is set.

    *environment*: of this process, from which the exporter takes what it knows no other way.
    Raises ValueError for a connection string that is none.
    """
    quieten(environment)
    # Imported here: half a second that only those pay who trace.
    from azure.monitor.opentelemetry.exporter import AzureMonitorTraceExporter  # noqa: PLC0415

    # Not kept on disk while the service is away: traces are for looking, not for counting.
    return AzureMonitorTraceExporter(
        connection_string=connection_string, disable_offline_storage=True
    )


def translate(span: Span, resource: Resource) -> ReadableSpan:
    """*span* as OpenTelemetry has it; *resource* says whose it is."""
    return ReadableSpan(
        name=span.name,
        context=_place(span.place),
        parent=None if span.parent is None else _place(span.parent),
        resource=resource,
        attributes=span.attributes,
        links=[Link(_place(place)) for place in span.links],
        kind=KINDS[span.kind],
        status=Status(StatusCode.ERROR if span.is_failed else StatusCode.UNSET),
        start_time=span.began_ns,
        end_time=span.ended_ns,
    )


def _place(place: Place) -> SpanContext:
    return SpanContext(int(place.trace_id, 16), int(place.span_id, 16), True, KEPT)
