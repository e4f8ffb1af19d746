"""The queue trigger of the Functions host, against Azurite."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from local.endpoints import Endpoints
from local.processes import Child
from tests.contract.functions_hosts import APPS, RecordingHost
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def queue(endpoints: Endpoints, azurite: Child) -> Iterator[QueueClient]:
    with QueueClient.from_connection_string(endpoints.storage_connection, "work") as client:
        client.create_queue()
        yield client


@pytest.fixture(scope="module")
def host(endpoints: Endpoints, state: Path, queue: QueueClient) -> Iterator[RecordingHost]:
    host = RecordingHost(
        endpoints,
        state / "host",
        app=APPS / "queue",
        env={"AzureWebJobsStorage": endpoints.storage_connection, "QUEUE": queue.queue_name},
    )
    host.child.start()
    yield host
    host.child.stop()


def _send(queue: QueueClient, text: str) -> None:
    queue.send_message(base64.b64encode(text.encode()).decode())


def _left(queue: QueueClient) -> int:
    return queue.get_queue_properties().approximate_message_count or 0


def test_message_reaches_the_function_and_leaves_the_queue(
    host: RecordingHost, queue: QueueClient
) -> None:
    _send(queue, "hällo")
    (record,) = host.wait_for(1, body="hällo")
    assert record["dequeue_count"] == 1
    assert record["id"]
    assert record["pop_receipt"]
    assert record["inserted"] < record["expires"]
    wait_until(lambda: _left(queue) == 0)


def test_each_of_many_messages_is_taken_once(host: RecordingHost, queue: QueueClient) -> None:
    sent = [f"many-{number}" for number in range(20)]
    for text in sent:
        _send(queue, text)
    wait_until(lambda: {one["body"] for one in host.records()} >= set(sent))
    wait_until(lambda: _left(queue) == 0)
    taken = [one["body"] for one in host.records() if one["body"].startswith("many-")]
    assert sorted(taken) == sorted(sent)


def test_failing_message_ends_in_the_poison_queue(
    host: RecordingHost, queue: QueueClient, endpoints: Endpoints
) -> None:
    _send(queue, "fail")
    counts = [one["dequeue_count"] for one in host.wait_for(2, body="fail")]
    assert counts == [1, 2]
    with QueueClient.from_connection_string(endpoints.storage_connection, "work-poison") as poison:
        wait_until(lambda: _texts(poison) != [])
        assert _texts(poison) == ["fail"]
    wait_until(lambda: _left(queue) == 0)


def test_message_that_is_not_base64_is_never_invoked(
    host: RecordingHost, queue: QueueClient, endpoints: Endpoints
) -> None:
    queue.send_message("!not base64!")
    wait_until(lambda: _left(queue) == 0)
    assert not host.records(body="!not base64!")
    assert any("is not base64" in line["message"] for line in host.log())


def _texts(queue: QueueClient) -> list[str]:
    try:
        peeked = queue.peek_messages(max_messages=32)
    except ResourceNotFoundError:
        return []  # the host makes the poison queue with its first message
    return [base64.b64decode(one.content).decode() for one in peeked if "!" not in one.content]
