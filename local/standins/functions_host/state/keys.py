"""Function keys: read, or made at the first start, where the real host keeps them."""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient

from local.standins.functions_host.errors import StartError

CONTAINER = "azure-webjobs-secrets"


class KeyFiles(Protocol):
    """Where the files of keys are."""

    @property
    def location(self) -> str:
        """Told to whoever looks for a key."""

    async def read(self, name: str) -> str | None:
        """The file *name*; None when there is none."""

    async def write(self, name: str, text: str) -> None:
        """Make the file *name*."""


class KeyFolder(KeyFiles):
    """Keys in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def location(self) -> str:
        return str(self._folder)

    async def read(self, name: str) -> str | None:
        path = self._folder / name
        return path.read_text(encoding="utf-8") if path.exists() else None

    async def write(self, name: str, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{name}.part"
        part.touch(mode=0o600)
        part.write_text(text, encoding="utf-8")
        part.replace(self._folder / name)


class KeyBlobs(KeyFiles):
    """Keys in the host's storage account."""

    def __init__(self, blobs: BlobServiceClient, host_id: str) -> None:
        self._container = blobs.get_container_client(CONTAINER)
        self._host_id = host_id

    @property
    def location(self) -> str:
        return f"blob container {CONTAINER}, folder {self._host_id}"

    async def read(self, name: str) -> str | None:
        try:
            blob = await self._container.download_blob(f"{self._host_id}/{name}")
        except ResourceNotFoundError:
            return None
        return (await blob.readall()).decode()

    async def write(self, name: str, text: str) -> None:
        with contextlib.suppress(ResourceExistsError):
            await self._container.create_container()
        await self._container.upload_blob(f"{self._host_id}/{name}", text, overwrite=True)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one app."""

    master: str
    host: tuple[str, ...]
    functions: Mapping[str, tuple[str, ...]]

    def opens(self, function: str, level: str, given: str) -> bool:
        """Whether the key *given* opens *function*, which asks for *level* (lower case)."""
        if level == "anonymous":
            return True
        fitting = [self.master]
        if level == "function":
            fitting += [*self.host, *self.functions.get(function, ())]
        return any(_same(key, given) for key in fitting)

    def opens_administration(self, given: str) -> bool:
        return _same(self.master, given)


async def load_keys(files: KeyFiles, functions: Iterable[str]) -> Keys:
    """The stored keys; makes those that are missing. Raises StartError when a file is damaged."""
    host = await _load(
        files, "host.json", {"masterKey": _make_key("master"), "functionKeys": _make_keys()}
    )
    own = {
        name: await _load(files, f"{name.lower()}.json", {"keys": _make_keys()})
        for name in functions
    }
    try:
        return Keys(
            master=host["masterKey"]["value"],
            host=tuple(key["value"] for key in host["functionKeys"]),
            functions={
                name: tuple(key["value"] for key in content["keys"])
                for name, content in own.items()
            },
        )
    except (KeyError, TypeError) as error:
        raise _damage_error(files) from error


async def _load(files: KeyFiles, name: str, fresh: dict[str, Any]) -> dict[str, Any]:
    text = await files.read(name)
    if text is None:
        await files.write(name, json.dumps(fresh, indent=2))
        return fresh
    try:
        content = json.loads(text)
    except ValueError as error:
        raise _damage_error(files) from error
    if not isinstance(content, dict):
        raise _damage_error(files)
    return content


def _damage_error(files: KeyFiles) -> StartError:
    return StartError(f"the function keys in {files.location} are damaged: delete them")


def _make_key(name: str) -> dict[str, object]:
    return {"name": name, "value": secrets.token_urlsafe(40), "encrypted": False}


def _make_keys() -> list[dict[str, object]]:
    return [_make_key("default")]


def _same(key: str, given: str) -> bool:
    # What a header brings may be no UTF-8: then it is a wrong key, and no fault of the host.
    return hmac.compare_digest(key.encode(), given.encode("utf-8", "surrogateescape"))
