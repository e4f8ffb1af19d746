"""Clients of the services for the laptop's own parts: by key, or by identity in a run without."""

from __future__ import annotations

from typing import Any

from azure.core.credentials import AccessToken
from azure.cosmos import CosmosClient
from azure.cosmos.documents import SSLConfiguration
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.endpoints import Endpoints
from local.identities.tokens import Tokens


class IdentityCredential:
    """Tokens of the identity *who*, signed here: no endpoint hands out those of a laptop."""

    def __init__(self, endpoints: Endpoints, who: str) -> None:
        self._tokens = Tokens(endpoints.identities)
        self._who = who

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 (the SDK's protocol)
        token, ends = self._tokens.issue(self._who, scopes[0].removesuffix("/.default"))
        return AccessToken(token, ends)


def open_cosmos(endpoints: Endpoints, who: str, **options: Any) -> CosmosClient:  # noqa: ANN401 (the SDK's own)
    if endpoints.keyless is None:
        return CosmosClient.from_connection_string(endpoints.cosmos_connection, **options)
    trusted = SSLConfiguration()
    trusted.SSLCaCerts = str(endpoints.certificates / "ca.pem")
    credential = IdentityCredential(endpoints, who)
    return CosmosClient(endpoints.cosmos_url, credential, ssl_config=trusted, **options)


def open_blobs(endpoints: Endpoints, who: str, account: str) -> BlobServiceClient:
    """The blobs of *account*: with keys all accounts are one."""
    if endpoints.keyless is None:
        return BlobServiceClient.from_connection_string(endpoints.storage_connection)
    return BlobServiceClient(
        endpoints.find_storage_url("blob", account),
        credential=IdentityCredential(endpoints, who),
        **_trust(endpoints),
    )


def open_queues(endpoints: Endpoints, who: str, account: str) -> QueueServiceClient:
    """The queues of *account*: with keys all accounts are one."""
    if endpoints.keyless is None:
        return QueueServiceClient.from_connection_string(endpoints.storage_connection)
    return QueueServiceClient(
        endpoints.find_storage_url("queue", account),
        credential=IdentityCredential(endpoints, who),
        **_trust(endpoints),
    )


def _trust(endpoints: Endpoints) -> dict[str, Any]:
    return {"connection_verify": str(endpoints.certificates / "ca.pem")}
