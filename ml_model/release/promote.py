"""Promote a published version, roll back to the one before it, and list what is published.

Both commands only flip ``active.json``; the functions take the change within MODEL_REFRESH_S. What
is to become active is read back and its hashes are checked first. A version that was called not fit
is promoted only with a reason; rolling back, which has to work in an emergency, asks no verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from azure.storage.blob import ContainerClient

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
from ml_model.release.verdict import check_fit, read_verdict, record_force
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.active_bundle import Active, Named
from tocsin.domain.models.bundle import check_sha256, is_version, parse_bundle
from tocsin.domain.models.bundle_verdict import Verdict
from tocsin.domain.models.signing import SIGNATURE_SUFFIX, parse_signature_file, state_bundle
from tocsin.domain.profile import Profile

Use = Literal["active", "previous", "rolled back", ""]


@dataclass(frozen=True, slots=True)
class Flip:
    """What became of a promotion or a rollback: the version in use, and the one before it.

    ``changed`` is false when the version was in use already. Of a promotion, ``verdict`` is what
    the last comparison said, None when nothing was compared, and ``forced`` the file that keeps the
    reason for overruling it.
    """

    profile: str
    version: str
    before: str | None
    changed: bool
    verdict: Verdict | None = None
    forced: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One published bundle: when it was uploaded, and what it is used for."""

    version: str
    uploaded: datetime
    use: Use


def promote(
    container: ContainerClient, profile: Profile, version: str,
    *, force: str | None = None, signer: Signs | None = None,
) -> Flip:  # fmt: skip
    """Make the published *version* the active one; the one before it stays named for a rollback.

    *force*: why it is promoted although it was called not fit; kept beside it. With a *signer* only
    a version that is signed by a trusted key is promoted, and signed to be active. Safe to repeat.
    Raises InvalidBundleError when the version is not whole, or not signed; UnfitError when it was
    called not fit and there is no reason; PublishError when it is not there or active.json was
    changed meanwhile.
    """
    found = read_active(container, profile.name, signer)
    files = _download_bundle(container, profile, version, signer)
    wanted = Named(version, sha256_of(files[BUNDLE_FILE]))
    if is_settled(found, wanted, signer):
        return Flip(profile.name, version, _name_of(found.previous), changed=False)
    verdict = read_verdict(container, profile.name, version)
    forced = None
    if force is None:
        check_fit(verdict)
    elif verdict is not None and not verdict.fit:
        # First, so that no unfit bundle is ever active without its reason.
        forced = record_force(container, verdict, force)
    following = found.activate(wanted, now_ms=now_ms())
    write(container, profile.name, following, signer)
    before = _name_of(following.previous)
    return Flip(profile.name, version, before, changed=True, verdict=verdict, forced=forced)


def roll_back(container: ContainerClient, profile: Profile, *, signer: Signs | None = None) -> Flip:
    """Make the version before the active one active again, signed by *signer*.

    Safe to repeat: a second time changes nothing. Raises InvalidBundleError when that version is
    not as it was, PublishError when there is none or active.json was changed meanwhile.
    """
    found = read_active(container, profile.name, signer)
    if found.now is None:
        trusted = "" if signer is None else ", or none that a trusted key has signed"
        raise PublishError(
            f"profile {profile.name!r} has no active bundle to roll back from{trusted}"
        )
    if found.previous is None:
        if found.rolled_back is None:
            raise PublishError(
                f"profile {profile.name!r} has had no version before {found.now.version!r}; "
                "promote another one instead"
            )
        return Flip(profile.name, found.now.version, found.rolled_back, changed=False)
    files = _download_bundle(container, profile, found.previous.version, signer)
    path = f"{CONTAINER}/{profile.name}/{found.previous.version}/{BUNDLE_FILE}"
    check_sha256(files[BUNDLE_FILE], found.previous.bundle_sha256, path)
    following = found.roll_back_to(found.previous, now_ms=now_ms())
    write(container, profile.name, following, signer)
    return Flip(profile.name, found.previous.version, found.now.version, changed=True)


def list_versions(container: ContainerClient, profile: Profile) -> list[Version]:
    """Every published version, the newest upload first."""
    active = read_active(container, profile.name)
    end = f"/{BUNDLE_FILE}"
    found = [
        Version(version, blob.last_modified, _use_of(active, version))
        for blob in container.list_blobs(name_starts_with=f"{profile.name}/")
        if blob.name.endswith(end) and (version := blob.name.split("/")[1])
    ]
    return sorted(found, key=lambda version: (version.uploaded, version.version), reverse=True)


def fetch(container: ContainerClient, profile: Profile, version: str | None, into: Path) -> Path:
    """Download a published version, the active one when *version* is None, into a new folder.

    Returns the folder. Raises as promote does.
    """
    active = read_active(container, profile.name)
    version = version or _name_of(active.now)
    if version is None:
        raise PublishError(f"profile {profile.name!r} has no active bundle")
    folder = into / version
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _download_bundle(container, profile, version).items():
        (folder / name).write_bytes(content)
    return folder


def _download_bundle(
    container: ContainerClient, profile: Profile, version: str, signer: Signs | None = None
) -> dict[str, bytes]:
    """Both files of a published version, its description, its program's hash and, with a *signer*,
    its signature found right."""
    if not is_version(version):
        raise PublishError(f"{version!r} is no version; python -m ml_model versions lists them")
    folder = f"{profile.name}/{version}"
    files = {name: download(container, f"{folder}/{name}") for name in (BUNDLE_FILE, PROGRAM_FILE)}
    description, program = files[BUNDLE_FILE], files[PROGRAM_FILE]
    if description is None or program is None:
        missing = BUNDLE_FILE if description is None else PROGRAM_FILE
        raise PublishError(
            f"{CONTAINER}/{folder}/{missing} does not exist; publish the bundle first, or choose "
            f"another version (python -m ml_model versions --profile {profile.name})"
        )
    if signer is not None:
        path = f"{folder}/{BUNDLE_FILE}"
        signature = parse_signature_file(download(container, path + SIGNATURE_SUFFIX), path)
        signer.check(state_bundle(profile.name, description), signature, path)
    spec = parse_bundle(description, profile)
    if spec.version != version:
        raise InvalidBundleError(f"{CONTAINER}/{folder} holds the version {spec.version!r}")
    check_sha256(program, spec.program_sha256, f"{CONTAINER}/{folder}/{PROGRAM_FILE}")
    return {BUNDLE_FILE: description, PROGRAM_FILE: program}


def _use_of(active: Active, version: str) -> Use:
    if version == _name_of(active.now):
        return "active"
    if version == _name_of(active.previous):
        return "previous"
    return "rolled back" if version == active.rolled_back else ""


def _name_of(named: Named | None) -> str | None:
    return None if named is None else named.version
