"""The file ``active.json`` of a profile: which published version scores, and which did before."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.bundle import SHA256, is_version
from tocsin.domain.models.signing import Signature, parse_signature, state_activation
from tocsin.domain.profile import Profile

ACTIVE_FILE = "active.json"
LARGEST_ACTIVE_FILE = 16_384
_LATEST_MS = 2**53  # beyond it, JSON's numbers are not exact


@dataclass(frozen=True, slots=True)
class Named:
    """A published version and the SHA-256 (hex) of its bundle.json."""

    version: str
    bundle_sha256: str


@dataclass(frozen=True, slots=True)
class Active:
    """What active.json says: ``now`` scores; ``previous`` did before it; ``rolled_back`` was left.

    ``activated_at``: when (ms, UTC); 0 where the file does not say. ``signature``: of all this;
    None where it is not signed. ``etag`` is the file's when it was read; None where there is no
    file.
    """

    now: Named | None
    previous: Named | None = None
    rolled_back: str | None = None
    activated_at: int = 0
    signature: Signature | None = None
    etag: str | None = None

    def activate(self, named: Named, *, now_ms: int) -> Active:
        """The content that makes *named* active; one described anew keeps what was before it."""
        before = self.now
        if before is None or before.version == named.version:
            before = self.previous
        return Active(named, previous=before, activated_at=self._follow(now_ms), etag=self.etag)

    def roll_back_to(self, named: Named, *, now_ms: int) -> Active:
        """The content that makes *named* active again; there is no way back from it but promote."""
        assert self.now is not None, "only what is active can be left"
        left = self.now.version
        return Active(named, rolled_back=left, activated_at=self._follow(now_ms), etag=self.etag)

    def sign_with(self, signature: Signature) -> Active:
        return replace(self, signature=signature)

    def statement(self, profile: str) -> bytes:
        """What is signed of it."""
        return state_activation(profile, self._document())

    def to_bytes(self) -> bytes:
        """The file's bytes."""
        document = self._document()
        if self.signature is not None:
            document["signed"] = self.signature.to_document()
        return json.dumps(document).encode()

    def _document(self) -> dict[str, Any]:
        assert self.now is not None, "active.json always names a version"
        document: dict[str, Any] = asdict(self.now)
        if self.activated_at:
            document["activated_at"] = self.activated_at
        if self.previous is not None:
            document["previous"] = asdict(self.previous)
        if self.rolled_back is not None:
            document["rolled_back"] = self.rolled_back
        return document

    def _follow(self, now_ms: int) -> int:
        """A later time than this one's, even where the clock that wrote it was ahead."""
        return max(now_ms, self.activated_at + 1)


def parse_active(content: bytes) -> Active:
    """What the file says; what makes no sense in it names nothing, and may be replaced."""
    try:
        document = json.loads(content[:LARGEST_ACTIVE_FILE])
    except (ValueError, RecursionError):
        return Active(None)
    if not isinstance(document, dict):
        return Active(None)
    left, at = document.get("rolled_back"), document.get("activated_at")
    return Active(
        now=_parse_named(document),
        previous=_parse_named(document.get("previous")),
        rolled_back=left if isinstance(left, str) else None,
        activated_at=at if type(at) is int and 0 < at < _LATEST_MS else 0,
        signature=parse_signature(document.get("signed")),
    )


def require_active(content: bytes | None, profile: Profile) -> Active:
    """What is active. Raises InvalidBundleError when the file is not there or names no version.

    Scoring reads the file so: it must not guess, and goes on with the version that it has.
    """
    if content is None:
        raise InvalidBundleError(
            f"profile {profile.name!r} has no active bundle; run python -m ml_model publish"
        )
    active = parse_active(content)
    if active.now is None:
        raise InvalidBundleError(
            f"{profile.name}/{ACTIVE_FILE} is malformed: it names no version and SHA-256"
        )
    return active


def _parse_named(document: object) -> Named | None:
    if not isinstance(document, dict):
        return None
    version, sha256 = document.get("version"), document.get("bundle_sha256")
    if not (isinstance(version, str) and isinstance(sha256, str)):
        return None
    if not (is_version(version) and SHA256.fullmatch(sha256)):
        return None
    return Named(version, sha256)
