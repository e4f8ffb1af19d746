"""The file ``active.json`` of a profile in the container of published bundles.

It is only ever replaced as it was read: a condition on its ETag keeps two operators from
overwriting each other's change.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import Any, Protocol

from azure.core import MatchConditions
from azure.core.exceptions import (
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import ContainerClient

from tocsin.domain.errors import TocsinError
from tocsin.domain.models.active_bundle import ACTIVE_FILE, Active, Named, parse_active
from tocsin.domain.models.signing import Signature

CONTAINER = "models"


class PublishError(TocsinError):
    """Published bundles cannot be changed so: no connection, no such version, or a conflict."""


class Signs(Protocol):
    """Signs what is published, and says whether something is signed by a trusted key."""

    def sign(self, statement: bytes) -> Signature: ...

    def check(self, statement: bytes, signature: Signature | None, what: str) -> None:
        """Raise InvalidBundleError unless *statement* is signed by a trusted key."""
        ...

    def trusts(self, statement: bytes, signature: Signature | None) -> bool: ...

    def made(self, signature: Signature | None) -> bool:
        """Whether *signature* is by its own key, and not by another trusted one."""
        ...


def read_active(container: ContainerClient, profile: str, signer: Signs | None = None) -> Active:
    """What is active; a file that cannot be read as one names nothing, and may be replaced.

    So does one that *signer* does not trust: nothing of what it says may be signed anew.
    """
    try:
        stream = container.download_blob(f"{profile}/{ACTIVE_FILE}")
    except ResourceNotFoundError:
        return Active(None)
    active = parse_active(stream.readall())
    if signer is not None and (
        active.now is None or not signer.trusts(active.statement(profile), active.signature)
    ):
        active = Active(None)
    return replace(active, etag=stream.properties.etag)


def is_settled(active: Active, wanted: Named, signer: Signs | None) -> bool:
    """Whether *wanted* is active already, and signed as it would be now."""
    return active.now == wanted and (signer is None or signer.made(active.signature))


def write(
    container: ContainerClient, profile: str, active: Active, signer: Signs | None = None
) -> None:
    """Replace the file that *active* was made from, signed where there is a *signer*.

    Raises PublishError when it was changed meanwhile.
    """
    name = f"{profile}/{ACTIVE_FILE}"
    condition: dict[str, Any] = {"match_condition": MatchConditions.IfMissing}
    if active.etag is not None:
        condition = {"etag": active.etag, "match_condition": MatchConditions.IfNotModified}
    if signer is not None:
        active = active.sign_with(signer.sign(active.statement(profile)))
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


def now_ms() -> int:
    return time.time_ns() // 1_000_000
