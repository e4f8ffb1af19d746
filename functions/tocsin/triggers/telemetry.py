"""The Event Hubs trigger: telemetry in batches."""

from __future__ import annotations

import logging
import typing
from collections.abc import Callable, Mapping
from dataclasses import asdict

import azure.functions as func

from tocsin.domain.messages.telemetry import Envelope
from tocsin.domain.sites import site_or_unassigned
from tocsin.services import Services
from tocsin.triggers.invocations import read_invocation
from tocsin.triggers.scoring import score_with
from tocsin.usecases.scoring.meter_batch import BatchMeter
from tocsin.usecases.scoring.trace_batch import BatchTrace

log = logging.getLogger(__name__)


def build_blueprint(services: Callable[[], Services]) -> func.Blueprint:
    """The function score_telemetry over *services*."""
    app = func.Blueprint()  # type: ignore[no-untyped-call]  # the SDK's own

    @app.function_name("score_telemetry")
    @app.event_hub_message_trigger(
        arg_name="events",
        event_hub_name="%TELEMETRY_EVENT_HUB%",
        connection="TelemetryHub",
        consumer_group="%TELEMETRY_CONSUMER_GROUP%",
        cardinality=func.Cardinality.MANY,
        # As text, a body that is not UTF-8 would reach its dead letter altered.
        data_type=func.DataType.BINARY,
    )
    # For ever: the checkpoint moves on when the retries end, and the batch would be lost. A bad
    # message does not get here as a failure, so what fails is a service that stays away.
    @app.retry(
        strategy="exponential_backoff",
        max_retry_count="-1",
        minimum_interval="00:00:01",
        maximum_interval="00:00:15",
    )
    async def score_telemetry(
        events: typing.List[func.EventHubEvent],  # noqa: UP006 (the indexer knows no other)
        context: func.Context,
    ) -> None:
        wired = services()
        batch = parse_envelopes(events)
        trace = BatchTrace(batch, wired.traces, read_invocation(context))
        meter = BatchMeter(batch, wired.meter, now_ms=wired.now_ms)
        async with wired.scoring_watch.follow(batch):
            with meter.follow():
                outcome = await score_with(wired, trace, meter)(batch)
        # A batch in which nothing happened is no news: in Azure each line is paid for.
        happened = outcome.late or outcome.dead_letters or outcome.alerts
        log.log(logging.INFO if happened else logging.DEBUG, "Batch scored: %s", asdict(outcome))

    return app


def parse_envelopes(events: typing.Sequence[func.EventHubEvent]) -> list[Envelope]:
    """The events of one batch with what the hub says of each.

    Application properties stand in the first event's metadata only, one element an event.
    """
    metadata = events[0].metadata or {} if events else {}
    properties = metadata.get("PropertiesArray") or [{}] * len(events)
    partition = _parse_partition(metadata)
    return [
        _parse_envelope(event, of_event, partition)
        for event, of_event in zip(events, properties, strict=True)
    ]


def _parse_envelope(
    event: func.EventHubEvent, properties: Mapping[str, typing.Any], partition: str
) -> Envelope:
    annotations = event.iothub_metadata or {}
    enqueued = event.enqueued_time
    return Envelope(
        body=event.get_body(),
        device_id=str(annotations.get("connection-device-id", "")),
        # As the hub stamped it: a device without a sound tag belongs to none.
        site_id=site_or_unassigned(properties.get("siteId")),
        enqueued_at=0 if enqueued is None else round(enqueued.timestamp() * 1_000),
        partition=partition,
        sequence_number=event.sequence_number or 0,
        properties={str(name): str(value) for name, value in properties.items()},
    )


def _parse_partition(metadata: Mapping[str, typing.Any]) -> str:
    context = metadata.get("PartitionContext") or {}
    return str(context.get("PartitionId", "unknown"))
