"""Blob leases: who works on what, known to every instance."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.blob.aio import BlobLeaseClient, BlobServiceClient

from tocsin.adapters.failures import tell_apart
from tocsin.domain.errors import BusyError, DeliveryError

log = logging.getLogger(__name__)

LEASES = "leases"
DURATION_S = 30  # whoever dies with a lease keeps the others waiting for no longer


class BlobLeases:
    """The port Leases: an empty blob of the container ``leases`` for each name."""

    def __init__(self, client: BlobServiceClient) -> None:
        self._container = client.get_container_client(LEASES)

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[HeldLease]:
        with tell_apart(f"the lease {name} cannot be had"):
            lease = await self._acquire(name)
        try:
            yield HeldLease(lease, name)
        finally:
            try:
                with tell_apart(f"the lease {name}"):
                    await lease.release()
            except DeliveryError as error:
                # It runs out by itself, and what was done under it is done.
                log.info("Lease %s not given back: %s", name, error)

    async def _acquire(self, name: str) -> BlobLeaseClient:
        blob = self._container.get_blob_client(name)
        try:
            await blob.upload_blob(b"")
        except ResourceExistsError:
            pass  # of an earlier run, or held just now: the next call tells
        except HttpResponseError as error:
            if error.status_code != 412:  # a blob under lease cannot be written without it
                raise
        try:
            return await blob.acquire_lease(lease_duration=DURATION_S)
        except HttpResponseError as error:
            if error.status_code == 409:
                raise BusyError(f"{name} is being worked on") from error
            raise


class HeldLease:
    """The port Lease."""

    def __init__(self, lease: BlobLeaseClient, name: str) -> None:
        self._lease = lease
        self._name = name

    async def renew(self) -> None:
        with tell_apart(f"the lease {self._name} cannot be renewed"):
            try:
                await self._lease.renew()
            except HttpResponseError as error:
                if error.status_code in {404, 409, 412}:
                    raise BusyError(f"the lease of {self._name} was lost") from error
                raise
