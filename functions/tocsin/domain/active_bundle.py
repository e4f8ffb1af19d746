"""The file ``active.json`` of a profile: which published version scores, and which did before."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.profile import Profile

ACTIVE_FILE = "active.json"


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

    def activate(self, named: Named) -> Active:
        """The content that makes *named* active; one described anew keeps what was before it."""
        before = self.now
        if before is None or before.version == named.version:
            before = self.previous
        return Active(named, previous=before, etag=self.etag)

    def roll_back_to(self, named: Named) -> Active:
        """The content that makes *named* active again; there is no way back from it but promote."""
        assert self.now is not None, "only what is active can be left"
        return Active(named, rolled_back=self.now.version, etag=self.etag)

    def to_bytes(self) -> bytes:
        """The file's bytes."""
        assert self.now is not None, "active.json always names a version"
        document: dict[str, Any] = asdict(self.now)
        if self.previous is not None:
            document["previous"] = asdict(self.previous)
        if self.rolled_back is not None:
            document["rolled_back"] = self.rolled_back
        return json.dumps(document).encode()


def parse_active(content: bytes) -> Active:
    """What the file says; what makes no sense in it names nothing, and may be replaced."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return Active(None)
    if not isinstance(document, dict):
        return Active(None)
    left = document.get("rolled_back")
    return Active(
        now=_parse_named(document),
        previous=_parse_named(document.get("previous")),
        rolled_back=left if isinstance(left, str) else None,
    )


def require_active(content: bytes | None, profile: Profile) -> Named:
    """The version that scores. Raises InvalidBundleError when the file is not there or names none.

    Scoring reads the file so: it must not guess, and goes on with the version that it has.
    """
    if content is None:
        raise InvalidBundleError(
            f"profile {profile.name!r} has no active bundle; run python -m ml_model publish"
        )
    named = parse_active(content).now
    if named is None:
        raise InvalidBundleError(
            f"{profile.name}/{ACTIVE_FILE} is malformed: it names no version and SHA-256"
        )
    return named


def _parse_named(document: object) -> Named | None:
    if not isinstance(document, dict):
        return None
    version, sha256 = document.get("version"), document.get("bundle_sha256")
    if not (isinstance(version, str) and isinstance(sha256, str)):
        return None
    # A version is one folder of the profile's; with a slash it would lead elsewhere.
    return None if "/" in version else Named(version, sha256)
