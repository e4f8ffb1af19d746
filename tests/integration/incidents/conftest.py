"""One stack for all that concerns incidents, with people to be told by every channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.cosmos import CosmosClient, DatabaseProxy

from local.addresses import find_free_address
from local.endpoints import MAIL_PORT, Endpoints
from local.mail import make_server
from local.prepare import DATABASE
from local.stack import Stack
from tests.integration.incidents.people import KEY, People, open_hooks


@pytest.fixture(scope="package")
def people() -> Iterator[People]:
    """A mail server, and the hooks of Slack and others, where nothing else listens."""
    told = People(find_free_address())
    server = make_server(told.address, MAIL_PORT, told.take_mail)
    server.start()
    try:
        with open_hooks(told):
            yield told
    finally:
        told.hangs.set()
        server.stop()


@pytest.fixture(scope="package")
def shared_stack(tmp_path_factory: pytest.TempPathFactory, people: People) -> Iterator[Stack]:
    env = {
        "SLACK_WEBHOOKS": f"shift={people.url}/slack stuck={people.url}/stuck",
        "WEBHOOKS": f"tickets={people.url}/tickets",
        "WEBHOOK_KEY": KEY.decode(),
    }
    endpoints = Endpoints.free(people.address)
    folder = tmp_path_factory.mktemp("stack")
    with Stack(endpoints, folder, scores_apart=True, env=env) as running:
        yield running


@pytest.fixture
def database(shared_stack: Stack) -> Iterator[DatabaseProxy]:
    connection = shared_stack.endpoints.cosmos_connection
    with CosmosClient.from_connection_string(connection) as client:
        yield client.get_database_client(DATABASE)
