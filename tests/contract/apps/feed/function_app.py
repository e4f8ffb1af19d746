"""A function that follows the change feed of a Cosmos DB container."""

import azure.functions as func
from recording import record, should_fail

app = func.FunctionApp()


@app.cosmos_db_trigger(
    arg_name="documents",
    connection="COSMOS",
    database_name="%DATABASE%",
    container_name="things",
    lease_container_name="leases",
    lease_container_prefix="test-",
    create_lease_container_if_not_exists=True,
    feed_poll_delay=100,
    max_items_per_invocation=5,
    start_from_beginning=True,
)
def changes(documents: func.DocumentList, context: func.Context) -> None:
    record(
        ids=[document["id"] for document in documents],
        documents=[document.to_dict() for document in documents],
        retry=context.retry_context.retry_count,
    )
    if should_fail():
        raise RuntimeError("fails on purpose")
