"""The file ``active.json`` of a profile: which published version scores, and which did before.

It is only ever replaced as it was read: a condition on its ETag keeps two operators from
overwriting each other's change.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import (
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import ContainerClient

from tocsin.domain.errors import TocsinError

CONTAINER = "models"
ACTIVE_FILE = "active.json"


class PublishError(TocsinError):
    """Published bundles cannot be changed so: no connection, no such version, or a conflict."""


@dataclass(frozen=True, slots=True)
class Named:
    """A published version and the SHA-256 (hex) of its bundle.json."""

    version: str
    bundle_sha256: str


@dataclass(frozen=True, slots=True)
class Active:
    """What active.json says: ``now`` scores; ``previous`` did before it; ``rolled_back`` was left.

    ``etag`` is the file's when it was read; None where there is no file.
    """

    now: Named | None
    previous: Named | None = None
    rolled_back: str | None = None
    etag: str | None = None

    def followed_by(self, named: Named) -> Active:
        """The content that makes *named* active; one described anew keeps what was before it."""
        before = self.now
        if before is None or before.version == named.version:
            before = self.previous
        return Active(named, previous=before, etag=self.etag)

    def rolled_back_to(self, named: Named) -> Active:
        """The content that makes *named* active again; there is no way back from it but promote."""
        assert self.now is not None, "only what is active can be left"
        return Active(named, rolled_back=self.now.version, etag=self.etag)

    def content(self) -> bytes:
        """The file's bytes."""
        assert self.now is not None, "active.json always names a version"
        document: dict[str, Any] = asdict(self.now)
        if self.previous is not None:
            document["previous"] = asdict(self.previous)
        if self.rolled_back is not None:
            document["rolled_back"] = self.rolled_back
        return json.dumps(document).encode()


def read_active(container: ContainerClient, profile: str) -> Active:
    """What is active; a file that cannot be read as one names nothing, and may be replaced."""
    try:
        stream = container.download_blob(f"{profile}/{ACTIVE_FILE}")
    except ResourceNotFoundError:
        return Active(None)
    active = _parse(stream.readall())
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
        container.upload_blob(name, active.content(), overwrite=True, **condition)
    except (ResourceModifiedError, ResourceExistsError) as error:
        # The client sends again what got no answer: then this is our own change.
        if download(container, name) != active.content():
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


def _parse(content: bytes) -> Active:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return Active(None)
    if not isinstance(document, dict):
        return Active(None)
    left = document.get("rolled_back")
    return Active(
        now=_named(document),
        previous=_named(document.get("previous")),
        rolled_back=left if isinstance(left, str) else None,
    )


def _named(document: object) -> Named | None:
    if not isinstance(document, dict):
        return None
    version, sha256 = document.get("version"), document.get("bundle_sha256")
    if not (isinstance(version, str) and isinstance(sha256, str)):
        return None
    return Named(version, sha256)
