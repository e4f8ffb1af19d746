"""The files of published bundles, each checked against what vouches for it.

active.json is vouched for by its signature, bundle.json by a hash in active.json and by a signature
of its own, the program by a hash in bundle.json.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tocsin.adapters.models.signing_keys import SigningKeys
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.models.active_bundle import ACTIVE_FILE, Active, Named, require_active
from tocsin.domain.models.bundle import BundleSpec, check_sha256
from tocsin.domain.models.bundle_verdict import VERDICT_FILE, Verdict, parse_verdict
from tocsin.domain.models.signing import SIGNATURE_SUFFIX, parse_signature_file, state_bundle
from tocsin.domain.profile import Profile

ReadFile = Callable[[str], Awaitable[bytes | None]]


class PublishedBundles:
    """All raise InvalidBundleError for what is missing, damaged or not signed by a trusted key."""

    def __init__(self, read_file: ReadFile, keys: SigningKeys) -> None:
        self._read_file = read_file
        self._keys = keys

    @property
    def signed(self) -> bool:
        """Whether a signature is asked for."""
        return self._keys.required

    async def read_active(self, profile: Profile) -> bytes | None:
        """The content of active.json, unchecked; None where there is none."""
        return await self._read_file(f"{profile.name}/{ACTIVE_FILE}")

    def check_active(self, content: bytes | None, profile: Profile) -> tuple[Active, Named]:
        """What is active, and the version that scores."""
        active = require_active(content, profile)
        assert active.now is not None, "require_active has seen to it"
        path = f"{profile.name}/{ACTIVE_FILE}"
        self._keys.check(active.statement(profile.name), active.signature, path)
        return active, active.now

    async def read_description(self, profile: Profile, named: Named) -> bytes:
        """The content of the version's bundle.json."""
        path = f"{profile.name}/{named.version}/bundle.json"
        if not self._keys.required:
            description = await self._read(path)
            check_sha256(description, named.bundle_sha256, path)
            return description
        description, signed = await asyncio.gather(
            self._read(path), self._read_file(f"{path}{SIGNATURE_SUFFIX}")
        )
        check_sha256(description, named.bundle_sha256, path)
        signature = parse_signature_file(signed, path)
        self._keys.check(state_bundle(profile.name, description), signature, path)
        return description

    async def read_program(self, profile: Profile, named: Named, spec: BundleSpec) -> bytes:
        path = f"{profile.name}/{named.version}/{spec.program_file}"
        program = await self._read(path)
        check_sha256(program, spec.program_sha256, path)
        return program

    async def read_verdict(self, profile: Profile, version: str) -> Verdict | None:
        """What the last comparison said of a published version; None where there was none. It is
        not signed: people read it, and nothing is loaded because of it."""
        path = f"{profile.name}/{version}/{VERDICT_FILE}"
        content = await self._read_file(path)
        verdict = None if content is None else parse_verdict(content, path)
        # Of another version, it was copied there and says nothing.
        return None if verdict is None or verdict.version != version else verdict

    async def _read(self, path: str) -> bytes:
        content = await self._read_file(path)
        if content is None:
            raise InvalidBundleError(f"{path} does not exist; publish the bundle again")
        return content
