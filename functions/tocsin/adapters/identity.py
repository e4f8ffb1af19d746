"""The identity a keyless connection signs in with."""

from __future__ import annotations

from azure.core.credentials import TokenCredential
from azure.core.credentials_async import AsyncTokenCredential

from tocsin.settings import Connection


def credential_for(connection: Connection) -> AsyncTokenCredential:
    """The managed identity in Azure, whoever is signed in on a developer's machine."""
    # Imported here: it costs a tenth of a second that a connection string does not need.
    from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415 (see above)

    return DefaultAzureCredential(managed_identity_client_id=connection.client_id)


def blocking_credential_for(connection: Connection) -> TokenCredential:
    """The same, for an SDK that knows no asyncio."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 (see above)

    return DefaultAzureCredential(managed_identity_client_id=connection.client_id)
