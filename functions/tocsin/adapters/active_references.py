"""What the active bundles were made on, read without loading their programs."""

from __future__ import annotations

import json

from tocsin.adapters.model_bundle import ReadFile
from tocsin.domain.active_bundle import ACTIVE_FILE, require_active
from tocsin.domain.bundle import check_sha256, parse_bundle
from tocsin.domain.drift import Reference, parse_reference
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.profile import Profile


class ActiveReferences:
    """The port References over the files of the container ``models``."""

    def __init__(self, read_file: ReadFile) -> None:
        self._read_file = read_file

    async def active(self, profile: Profile) -> tuple[str, Reference]:
        content = await self._read_file(f"{profile.name}/{ACTIVE_FILE}")
        named = require_active(content, profile)
        path = f"{profile.name}/{named.version}/bundle.json"
        bundle = await self._read_file(path)
        if bundle is None:
            raise InvalidBundleError(f"{path} does not exist; publish the bundle again")
        check_sha256(bundle, named.bundle_sha256, path)
        parse_bundle(bundle, profile)
        return named.version, parse_reference(json.loads(bundle), profile)
