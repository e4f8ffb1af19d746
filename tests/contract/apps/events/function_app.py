"""A function that takes batches of events."""

import asyncio
import os
import typing

import azure.functions as func
from recording import record, should_fail

app = func.FunctionApp()


@app.event_hub_message_trigger(
    arg_name="events",
    event_hub_name="%EVENT_HUB%",
    connection="EVENTS",
    cardinality=func.Cardinality.MANY,
)
@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00.1")
async def batch(
    events: typing.List[func.EventHubEvent],  # noqa: UP006 - the real worker rejects list[…]
    context: func.Context,
) -> None:
    record(
        function="batch",
        retry=context.retry_context.retry_count,
        partition=events[0].metadata["PartitionContext"]["PartitionId"],
        bodies=[event.get_body().decode() for event in events],
        numbers=[event.sequence_number for event in events],
        devices=[event.iothub_metadata.get("connection-device-id") for event in events],
        enqueued=[event.enqueued_time.timestamp() for event in events],
        properties=events[0].metadata["PropertiesArray"],
        system=events[0].metadata["SystemPropertiesArray"],
    )
    await asyncio.sleep(float(os.environ.get("HOLD_S", "0")))
    if should_fail():
        raise RuntimeError("fails on purpose")
