"""Event Hubs checkpoints in blobs, laid out as the Azure SDKs and the real host lay them out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.eventhub.aio import CheckpointStore
from azure.storage.blob.aio import BlobServiceClient

CONTAINER = "azure-webjobs-eventhub"


class BlobCheckpoints(CheckpointStore):
    """Checkpoints in blob metadata; ownership in memory, as one host reads every partition.

    A host that was killed leaves no ownership behind, so that its successor reads at once; the
    epoch of its readers closes those that may still be open.
    """

    def __init__(self, blobs: BlobServiceClient) -> None:
        self._container = blobs.get_container_client(CONTAINER)
        self._owned: dict[str, dict[str, Any]] = {}

    async def list_ownership(
        self,
        fully_qualified_namespace: str,  # noqa: ARG002 - one store serves one hub
        eventhub_name: str,  # noqa: ARG002
        consumer_group: str,  # noqa: ARG002
        **kwargs: Any,  # noqa: ANN401, ARG002 - the SDK's signature
    ) -> Iterable[dict[str, Any]]:
        return list(self._owned.values())

    async def claim_ownership(
        self,
        ownership_list: Iterable[dict[str, Any]],
        **kwargs: Any,  # noqa: ANN401, ARG002 - the SDK's signature
    ) -> Iterable[dict[str, Any]]:
        claimed = [{**ownership, "last_modified_time": time.time()} for ownership in ownership_list]
        self._owned.update({ownership["partition_id"]: ownership for ownership in claimed})
        return claimed

    async def list_checkpoints(
        self,
        fully_qualified_namespace: str,
        eventhub_name: str,
        consumer_group: str,
        **kwargs: Any,  # noqa: ANN401, ARG002 - the SDK's signature
    ) -> Iterable[dict[str, Any]]:
        prefix = _prefix(fully_qualified_namespace, eventhub_name, consumer_group)
        found: list[dict[str, Any]] = []
        try:
            async for blob in self._container.list_blobs(prefix, include=["metadata"]):
                metadata = blob.metadata or {}
                if metadata.get("offset"):
                    found.append(
                        {
                            "fully_qualified_namespace": fully_qualified_namespace,
                            "eventhub_name": eventhub_name,
                            "consumer_group": consumer_group,
                            "partition_id": blob.name.removeprefix(prefix),
                            "offset": metadata["offset"],
                            "sequence_number": int(metadata.get("sequencenumber") or -1),
                        }
                    )
        except ResourceNotFoundError:
            return []
        return found

    async def update_checkpoint(
        self,
        checkpoint: dict[str, str | int | None],
        **kwargs: Any,  # noqa: ANN401, ARG002 - the SDK's signature
    ) -> None:
        prefix = _prefix(
            str(checkpoint["fully_qualified_namespace"]),
            str(checkpoint["eventhub_name"]),
            str(checkpoint["consumer_group"]),
        )
        metadata = {
            "offset": str(checkpoint["offset"]),
            "sequencenumber": str(checkpoint["sequence_number"]),
        }
        blob = self._container.get_blob_client(f"{prefix}{checkpoint['partition_id']}")
        try:
            await blob.set_blob_metadata(metadata)
        except ResourceNotFoundError:
            await self._create_container()
            await blob.upload_blob(b"", metadata=metadata, overwrite=True)

    async def _create_container(self) -> None:
        try:
            await self._container.create_container()
        except ResourceExistsError:
            return


def _prefix(namespace: str, hub: str, consumer_group: str) -> str:
    host = namespace.partition(":")[0]  # an emulator's port is no part of its name
    return f"{host}/{hub}/{consumer_group}/checkpoint/".lower()
