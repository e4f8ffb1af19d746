"""The file ``active.json`` of a profile in the container of published bundles.

It is only ever replaced as it was read: a condition on its ETag keeps two operators from
overwriting each other's change.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import (
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import ContainerClient

from tocsin.domain.active_bundle import ACTIVE_FILE, Active, parse_active
from tocsin.domain.errors import TocsinError

CONTAINER = "models"


class PublishError(TocsinError):
    """Published bundles cannot be changed so: no connection, no such version, or a conflict."""


def read_active(container: ContainerClient, profile: str) -> Active:
    """What is active; a file that cannot be read as one names nothing, and may be replaced."""
    try:
        stream = container.download_blob(f"{profile}/{ACTIVE_FILE}")
    except ResourceNotFoundError:
        return Active(None)
    active = parse_active(stream.readall())
    return replace(active, etag=stream.properties.etag)


def write(container: ContainerClient, profile: str, active: Active) -> None:
    """Replace the file that *active* was made from.

    Raises PublishError when it was changed meanwhile.
    """
    name = f"{profile}/{ACTIVE_FILE}"
    condition: dict[str, Any] = {"match_condition": MatchConditions.IfMissing}
    if active.etag is not None:
        condition = {"etag": active.etag, "match_condition": MatchConditions.IfNotModified}
    try:
        container.upload_blob(name, active.to_bytes(), overwrite=True, **condition)
    except (ResourceModifiedError, ResourceExistsError) as error:
        # The client sends again what got no answer: then this is our own change.
        if download(container, name) != active.to_bytes():
            raise PublishError(
                f"{CONTAINER}/{name} was changed by someone else meanwhile; nothing was done: look "
                "at what is active now (python -m ml_model versions), then repeat"
            ) from error


def download(container: ContainerClient, name: str) -> bytes | None:
    """A file's content; None where there is no such file."""
    try:
        return container.download_blob(name).readall()
    except ResourceNotFoundError:
        return None


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
