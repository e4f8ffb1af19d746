"""One function that takes queue messages, and fails on those that say so."""

import azure.functions as func
from recording import record

app = func.FunctionApp()


@app.queue_trigger(arg_name="message", queue_name="%QUEUE%", connection="AzureWebJobsStorage")
async def take(message: func.QueueMessage) -> None:
    body = message.get_body().decode()
    record(
        body=body,
        id=message.id,
        dequeue_count=message.dequeue_count,
        inserted=message.insertion_time.isoformat(),
        expires=message.expiration_time.isoformat(),
        pop_receipt=message.pop_receipt,
    )
    if body == "fail":
        raise RuntimeError("fails on purpose")
