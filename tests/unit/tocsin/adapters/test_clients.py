"""Clients are built without a network, from a connection string or for an identity."""

from __future__ import annotations

import pytest
from azure.cosmos.aio import CosmosClient
from azure.identity.aio import DefaultAzureCredential

from tocsin.adapters.cosmos.client import cosmos_client
from tocsin.adapters.identity import credential_for
from tocsin.adapters.storage.blob import blob_client
from tocsin.adapters.webpubsub import webpubsub_client
from tocsin.domain.sites import group_of
from tocsin.settings import Connection


def keyless(name: str, endpoint: str) -> Connection:
    return Connection(name, None, endpoint, "00000000-0000-0000-0000-000000000000")


async def test_a_keyless_connection_signs_in_with_its_identity() -> None:
    credential = credential_for(keyless("x", "https://x.example"))
    assert isinstance(credential, DefaultAzureCredential)
    await credential.close()


async def test_keyless_clients_dial_the_endpoint_they_are_given() -> None:
    async with (
        blob_client(keyless("BlobStorage", "https://store.example")) as blobs,
        webpubsub_client(keyless("WebPubSub", "https://live.example"), "tocsin") as live,
    ):
        assert blobs.url == "https://store.example/"
        assert blobs.credential is not None
        assert live is not None


@pytest.mark.parametrize(
    "connection",
    [
        Connection("CosmosDB", "AccountEndpoint=http://localhost:1/;AccountKey=eA==;", None, None),
        keyless("CosmosDB", "https://cosmos.example"),
    ],
)
async def test_a_database_client_is_built_without_a_call(connection: Connection) -> None:
    client = cosmos_client(connection)
    assert isinstance(client, CosmosClient)
    await client.close()


def test_a_sites_group_has_its_prefix() -> None:
    assert group_of("north") == "site:north"
