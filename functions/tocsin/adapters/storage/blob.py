"""Blob storage: its client, and the files of model bundles."""

from __future__ import annotations

from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient

from tocsin.adapters.failures import tell_apart
from tocsin.adapters.identity import credential_for
from tocsin.adapters.transport import quick_transport
from tocsin.settings import Connection

MODELS = "models"
BUNDLE_FILE = "bundle.json"
MOST_FILES = 5_000
LARGEST_FILE = 64 * 1024 * 1024


def blob_client(connection: Connection) -> BlobServiceClient:
    """A client with bounded waits."""
    limits: dict[str, Any] = {
        "transport": quick_transport(),
        "connection_timeout": 5,
        "read_timeout": 20,
        "retry_total": 2,
        # By itself the SDK waits a quarter of a minute before the first retry.
        "initial_backoff": 0,
        "increment_base": 1,
        "random_jitter_range": 1,
    }
    if connection.connection_string is not None:
        return BlobServiceClient.from_connection_string(connection.connection_string, **limits)
    assert connection.endpoint is not None, "settings allow no connection without either"
    return BlobServiceClient(connection.endpoint, credential_for(connection), **limits)


class BlobFiles:
    """Small files of the container ``models``."""

    def __init__(self, client: BlobServiceClient) -> None:
        self._container = client.get_container_client(MODELS)

    async def read(self, path: str) -> bytes | None:
        """The file's content, cut after 64 MiB; None where there is no such file.

        Raises DeliveryError, or RefusedError for what the storage will never answer.
        """
        with tell_apart(f"the file {path} of a model bundle cannot be read"):
            try:
                stream = await self._container.download_blob(path)
            except ResourceNotFoundError:
                return None
            # Not as a range: the service refuses one of an empty file.
            return await stream.read(LARGEST_FILE)

    async def list_versions(self, profile_name: str) -> list[tuple[str, int]]:
        """The published versions of a profile and when each was uploaded (ms), of its first
        MOST_FILES files.

        Raises as ``read`` does.
        """
        found: list[tuple[str, int]] = []
        files = 0
        with tell_apart(f"the bundles of the profile {profile_name} cannot be listed"):
            async for blob in self._container.list_blobs(name_starts_with=f"{profile_name}/"):
                parts = blob.name.split("/")
                if len(parts) == 3 and parts[2] == BUNDLE_FILE:
                    found.append((parts[1], round(blob.last_modified.timestamp() * 1_000)))
                files += 1
                if files == MOST_FILES:
                    break
        return found
