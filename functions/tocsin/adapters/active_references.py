"""What the active bundles were made on, read without loading their programs."""

from __future__ import annotations

import json

from tocsin.adapters.model_bundle import ReadFile, parse_active
from tocsin.domain.bundle import check_sha256, parse_bundle
from tocsin.domain.drift import Reference, parse_reference
from tocsin.domain.errors import InvalidBundleError
from tocsin.domain.profile import Profile


class ActiveReferences:
    """The port References over the files of the container ``models``."""

    def __init__(self, read_file: ReadFile) -> None:
        self._read_file = read_file

    async def active(self, profile: Profile) -> tuple[str, Reference]:
        named = await self._read_file(f"{profile.name}/active.json")
        version, bundle_sha256 = parse_active(named, profile)
        path = f"{profile.name}/{version}/bundle.json"
        bundle = await self._read_file(path)
        if bundle is None:
            raise InvalidBundleError(f"{path} does not exist; publish the bundle again")
        check_sha256(bundle, bundle_sha256, path)
        parse_bundle(bundle, profile)
        return version, parse_reference(json.loads(bundle), profile)
