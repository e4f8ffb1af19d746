"""Uploading model bundles to the blob container ``models`` and naming the active one.

Safe to repeat, and to break off: a bundle becomes active only after what was uploaded has been read
back and its hashes found right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContainerClient

from ml_model.paths import BUNDLE_FILE, PROGRAM_FILE
from tocsin.domain.bundle import BundleSpec, check_sha256, parse_bundle
from tocsin.domain.errors import InvalidBundleError, TocsinError
from tocsin.domain.profile import Profile

CONTAINER = "models"
ACTIVE_FILE = "active.json"
TIMEOUT_S = 30
RETRIES = 4

Outcome = Literal["activated", "already active", "another stays active"]


class PublishError(TocsinError):
    """Bundles cannot be published: no connection, or storage does not keep what it was given."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one bundle. ``active`` is the version in use afterwards."""

    profile: str
    version: str
    uploaded: int
    outcome: Outcome
    active: str


def container_client(environment: Mapping[str, str]) -> ContainerClient:
    """The container ``models`` of the account that the environment names, created if need be.

    ``BlobStorage`` holds a connection string, or ``BlobStorage__serviceUri`` the account's blob
    address for the signed-in identity. Raises PublishError when neither is set.
    """
    options: dict[str, Any] = {
        "retry_total": RETRIES,
        "connection_timeout": TIMEOUT_S,
        "read_timeout": TIMEOUT_S,
    }
    if connection := environment.get("BlobStorage"):
        service = BlobServiceClient.from_connection_string(connection, **options)
    elif uri := environment.get("BlobStorage__serviceUri"):
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415 (not needed with a key)

        service = BlobServiceClient(uri, credential=DefaultAzureCredential(), **options)
    else:
        raise PublishError(
            "set BlobStorage to a storage connection string, or BlobStorage__serviceUri to the "
            "account's blob address"
        )
    container = service.get_container_client(CONTAINER)
    with suppress(ResourceExistsError):
        container.create_container()
    return container


def publish(
    container: ContainerClient, folders: Sequence[Path], profiles: Mapping[str, Profile],
    *, activate: bool,
) -> list[Published]:  # fmt: skip
    """Publish the bundle in each of *folders*, each named like its profile.

    With *activate*, it becomes the active one; without, only where its profile has none. Every
    bundle is checked before the first is uploaded. Raises InvalidBundleError, PublishError.
    """
    checked = [(_check(folder, profiles), folder) for folder in folders]
    return [_publish(container, spec, folder, activate=activate) for spec, folder in checked]


def _check(folder: Path, profiles: Mapping[str, Profile]) -> BundleSpec:
    if folder.name not in profiles:
        raise InvalidBundleError(
            f"{folder}: no profile {folder.name!r}; there are {', '.join(sorted(profiles))}"
        )
    try:
        description = (folder / BUNDLE_FILE).read_bytes()
        program = (folder / PROGRAM_FILE).read_bytes()
    except OSError as error:
        raise InvalidBundleError(f"{folder} holds no whole bundle: {error}") from error
    spec = parse_bundle(description, profiles[folder.name])
    check_sha256(program, spec.program_sha256, str(folder / PROGRAM_FILE))
    return spec


def _publish(
    container: ContainerClient, spec: BundleSpec, folder: Path, *, activate: bool
) -> Published:
    # The program first: whoever reads the new bundle.json finds what it describes.
    uploaded = sum(
        _upload(container, f"{spec.profile}/{spec.version}/{name}", (folder / name).read_bytes())
        for name in (PROGRAM_FILE, BUNDLE_FILE)
    )
    wanted = {"version": spec.version, "bundle_sha256": _sha256(folder / BUNDLE_FILE)}
    name = f"{spec.profile}/{ACTIVE_FILE}"
    found = _active(container, name)
    if found == wanted:
        outcome: Outcome = "already active"
    # The same version described anew has to be named anew too, or its hash would be wrong.
    elif found is None or activate or found.get("version") == spec.version:
        container.upload_blob(name, json.dumps(wanted).encode(), overwrite=True)
        outcome = "activated"
    else:
        outcome = "another stays active"
    active = str((found or {}).get("version")) if outcome.startswith("another") else spec.version
    return Published(spec.profile, spec.version, uploaded, outcome, active)


def _upload(container: ContainerClient, name: str, content: bytes) -> bool:
    """Upload *content* unless it is there, and read it back. Returns whether it was sent."""
    if _download(container, name) == content:
        return False
    container.upload_blob(name, content, overwrite=True)
    if _download(container, name) != content:
        raise PublishError(f"{CONTAINER}/{name} reads back otherwise than it was uploaded")
    return True


def _active(container: ContainerClient, name: str) -> dict[str, object] | None:
    """The content of an active.json; None where there is none that can be read as one."""
    content = _download(container, name)
    if content is None:
        return None
    try:
        active = json.loads(content)
    except ValueError:
        return None
    return active if isinstance(active, dict) else None


def _download(container: ContainerClient, name: str) -> bytes | None:
    try:
        return container.download_blob(name).readall()
    except ResourceNotFoundError:
        return None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
