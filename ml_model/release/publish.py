"""Uploading model bundles to the blob container ``models`` and naming the active one.

Safe to repeat, and to break off: a bundle becomes active only after what was uploaded has been read
back and its hashes found right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient, ContainerClient

from ml_model.paths import BUNDLE_FILE, PROGRAM_FILE
from ml_model.release.active import (
    CONTAINER,
    PublishError,
    Signs,
    download,
    is_settled,
    now_ms,
    read_active,
    sha256_of,
    write,
)
from ml_model.release.verdict import (
    check_fit,
    read_folder_verdict,
    read_verdict,
    upload_verdict,
)
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.active_bundle import Named
from tocsin.domain.models.bundle import BundleSpec, check_sha256, parse_bundle
from tocsin.domain.models.signing import SIGNATURE_SUFFIX, state_bundle
from tocsin.domain.profile import Profile

TIMEOUT_S = 30
RETRIES = 4

Outcome = Literal["activated", "already active", "another stays active"]


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one bundle. ``active`` is the version in use afterwards."""

    profile: str
    version: str
    uploaded: int
    outcome: Outcome
    active: str


def is_storage_named(environment: Mapping[str, str]) -> bool:
    """Whether the environment names a storage account for ``container_client``."""
    return bool(environment.get("BlobStorage") or environment.get("BlobStorage__serviceUri"))


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
    *, activate: bool, signer: Signs | None = None,
) -> list[Published]:  # fmt: skip
    """Publish the bundle in each of *folders*, each named like its profile, signed by *signer*.

    With *activate*, it becomes the active one; without, only where its profile has none that the
    product would take (the format may have changed since). Every bundle is checked before the first
    is uploaded. Raises InvalidBundleError, PublishError; UnfitError when *activate* would replace a
    bundle that works by one that was called not fit.
    """
    checked = [(_check_folder(folder, _profile_of(folder, profiles)), folder) for folder in folders]
    return [
        _publish_folder(
            container, spec, folder, profiles[spec.profile], activate=activate, signer=signer
        )
        for spec, folder in checked
    ]


def publish_bundle(
    container: ContainerClient, folder: Path, profile: Profile,
    *, activate: bool, signer: Signs | None = None,
) -> Published:  # fmt: skip
    """Publish the bundle of *profile* in *folder*, whatever the folder is called, as above."""
    spec = _check_folder(folder, profile)
    return _publish_folder(container, spec, folder, profile, activate=activate, signer=signer)


def _profile_of(folder: Path, profiles: Mapping[str, Profile]) -> Profile:
    if folder.name not in profiles:
        raise InvalidBundleError(
            f"{folder}: no profile {folder.name!r}; there are {', '.join(sorted(profiles))}"
        )
    return profiles[folder.name]


def _check_folder(folder: Path, profile: Profile) -> BundleSpec:
    try:
        description = (folder / BUNDLE_FILE).read_bytes()
        program = (folder / PROGRAM_FILE).read_bytes()
    except OSError as error:
        raise InvalidBundleError(f"{folder} holds no whole bundle: {error}") from error
    spec = parse_bundle(description, profile)
    check_sha256(program, spec.program_sha256, str(folder / PROGRAM_FILE))
    return spec


def _publish_folder(
    container: ContainerClient, spec: BundleSpec, folder: Path, profile: Profile,
    *, activate: bool, signer: Signs | None,
) -> Published:  # fmt: skip
    files = _read_files(folder, profile, signer)
    uploaded = sum(
        _upload(container, f"{spec.profile}/{spec.version}/{name}", content)
        for name, content in files.items()
    )
    if (verdict := read_folder_verdict(folder, spec.version)) is not None:
        upload_verdict(container, verdict)
    wanted = Named(spec.version, sha256_of(files[BUNDLE_FILE]))
    found = read_active(container, spec.profile, signer)
    if is_settled(found, wanted, signer):
        outcome: Outcome = "already active"
    # The same version described anew has to be named anew too, or its hash would be wrong.
    elif (
        found.now is None
        or found.now.version == spec.version
        or not _is_usable(container, found.now, profile)
    ):
        write(container, spec.profile, found.activate(wanted, now_ms=now_ms()), signer)
        outcome = "activated"
    elif activate:
        check_fit(read_verdict(container, spec.profile, spec.version))
        write(container, spec.profile, found.activate(wanted, now_ms=now_ms()), signer)
        outcome = "activated"
    else:
        return Published(
            spec.profile, spec.version, uploaded, "another stays active", found.now.version
        )
    return Published(spec.profile, spec.version, uploaded, outcome, spec.version)


def _read_files(folder: Path, profile: Profile, signer: Signs | None) -> dict[str, bytes]:
    """What is uploaded, in this order: whoever reads the new bundle.json finds what it describes
    and what vouches for it."""
    files = {PROGRAM_FILE: (folder / PROGRAM_FILE).read_bytes()}
    description = (folder / BUNDLE_FILE).read_bytes()
    if signer is not None:
        signature = signer.sign(state_bundle(profile.name, description))
        files[BUNDLE_FILE + SIGNATURE_SUFFIX] = signature.to_bytes()
    return {**files, BUNDLE_FILE: description}


def _is_usable(container: ContainerClient, named: Named, profile: Profile) -> bool:
    """Whether the product would take the description of a published version."""
    description = download(container, f"{profile.name}/{named.version}/{BUNDLE_FILE}")
    if description is None:
        return False
    try:
        parse_bundle(description, profile)
    except InvalidBundleError:
        return False
    return True


def _upload(container: ContainerClient, name: str, content: bytes) -> bool:
    """Upload *content* unless it is there, and read it back. Returns whether it was sent."""
    if download(container, name) == content:
        return False
    container.upload_blob(name, content, overwrite=True)
    if download(container, name) != content:
        raise PublishError(f"{CONTAINER}/{name} reads back otherwise than it was uploaded")
    return True
