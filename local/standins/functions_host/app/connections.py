"""Connections: from the setting that a binding names to the official client's arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.cosmos.aio import CosmosClient
from azure.eventhub.aio import CheckpointStore, EventHubConsumerClient
from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from local.standins.functions_host.errors import MissingSettingError, StartError

HOST_STORAGE = "AzureWebJobsStorage"
# Published by Azurite; the storage SDKs for Python do not know the short form.
_DEVELOPMENT_STORAGE = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
    "K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
    "TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;"
)
# The listeners try again by themselves: the SDK's own pauses, of many seconds, would hold up a
# partition whose checkpoint cannot be written.
_STORAGE_PATIENCE: dict[str, Any] = {"retry_total": 0, "connection_timeout": 5, "read_timeout": 20}


@dataclass(frozen=True, slots=True)
class Connection:
    """The settings ``NAME`` and ``NAME__…`` of one connection."""

    name: str
    text: str | None
    parts: Mapping[str, str]

    def part(self, *names: str) -> str | None:
        """The first of the parts *names* that has a value."""
        for name in names:
            if self.parts.get(name.lower()):
                return self.parts[name.lower()]
        return None

    def credential(self) -> AsyncTokenCredential:
        if self.part("credential") == "managedidentity":
            return ManagedIdentityCredential(client_id=self.part("clientId"))
        return DefaultAzureCredential()


def find_connection(name: str | None, settings: Mapping[str, str], *, wanted_by: str) -> Connection:
    """The connection called *name* (by default the host's storage) among *settings*.

    Raises MissingSettingError, naming *wanted_by*, when no setting belongs to it.
    """
    name = name or HOST_STORAGE
    for candidate in (f"AzureWebJobs{name}", name):
        text = settings.get(candidate)
        prefix = f"{candidate}__".lower()
        parts = {
            key.lower().removeprefix(prefix): value
            for key, value in settings.items()
            if key.lower().startswith(prefix)
        }
        if text or parts:
            return Connection(candidate, text or None, parts)
    raise MissingSettingError(name, wanted_by)


def blob_service(connection: Connection) -> BlobServiceClient:
    if connection.text:
        return BlobServiceClient.from_connection_string(
            _storage_text(connection.text), **_STORAGE_PATIENCE
        )
    return BlobServiceClient(
        _storage_url(connection, "blob"), connection.credential(), **_STORAGE_PATIENCE
    )


def queue_service(connection: Connection) -> QueueServiceClient:
    if connection.text:
        return QueueServiceClient.from_connection_string(
            _storage_text(connection.text), **_STORAGE_PATIENCE
        )
    return QueueServiceClient(
        _storage_url(connection, "queue"), connection.credential(), **_STORAGE_PATIENCE
    )


def cosmos_client(connection: Connection) -> CosmosClient:
    if connection.text:
        try:
            return CosmosClient.from_connection_string(connection.text)
        except ValueError as error:
            raise _connection_error(connection, "AccountEndpoint=…;AccountKey=…;") from error
    endpoint = connection.part("accountEndpoint")
    if endpoint is None:
        raise _connection_error(connection, f"or set {connection.name}__accountEndpoint")
    return CosmosClient(endpoint, connection.credential())


def event_hub_client(
    connection: Connection,
    *,
    hub: str,
    consumer_group: str,
    checkpoints: CheckpointStore,
    balancing_interval_s: float,
) -> EventHubConsumerClient:
    """A client that gives up on the first error and is opened again by its own balancing loop."""
    patience: dict[str, Any] = {
        "retry_total": 0,
        "auth_timeout": 10,
        "checkpoint_store": checkpoints,
        "load_balancing_interval": balancing_interval_s,
    }
    if connection.text:
        try:
            return EventHubConsumerClient.from_connection_string(
                connection.text, consumer_group, eventhub_name=hub, **patience
            )
        except ValueError as error:
            raise _connection_error(
                connection, "Endpoint=sb://…;SharedAccessKeyName=…;…"
            ) from error
    namespace = connection.part("fullyQualifiedNamespace")
    if namespace is None:
        raise _connection_error(connection, f"or set {connection.name}__fullyQualifiedNamespace")
    return EventHubConsumerClient(
        namespace, hub, consumer_group, connection.credential(),
        # Read by every other client; this SDK trusts its own list alone unless it is told.
        connection_verify=os.environ.get("SSL_CERT_FILE"),
        **patience,
    )  # fmt: skip


def _storage_text(text: str) -> str:
    if text.strip().rstrip(";").lower() == "usedevelopmentstorage=true":
        return _DEVELOPMENT_STORAGE
    return text


def _storage_url(connection: Connection, service: str) -> str:
    url = connection.part(f"{service}ServiceUri", "serviceUri")
    account = connection.part("accountName")
    if url is None and account is None:
        raise _connection_error(connection, f"or set {connection.name}__{service}ServiceUri")
    return url or f"https://{account}.{service}.core.windows.net"


def _connection_error(connection: Connection, wanted: str) -> StartError:
    return StartError(f"the setting {connection.name!r} is no connection: write it as {wanted}")
