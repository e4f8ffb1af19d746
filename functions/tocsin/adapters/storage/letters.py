"""Blob storage: dead letters, kept, listed and marked.

Kind, reason and device lie beside each file as metadata, so that a list opens none of them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote, unquote

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobServiceClient

from tocsin.adapters.failures import tell_apart
from tocsin.domain.letters.dead_letters import Letter
from tocsin.domain.letters.letter_summary import LetterSummary, find_path, name_letter
from tocsin.usecases.ports.documents import Document

DEAD_LETTERS = "dead-letters"
REPLAYED, DEVICE = "replayedat", "deviceid"  # names of metadata have no case


class BlobDeadLetters:
    """The ports DeadLetters and LetterBox over the container ``dead-letters``."""

    def __init__(self, client: BlobServiceClient) -> None:
        self._container = client.get_container_client(DEAD_LETTERS)

    async def put(self, letter: Letter) -> None:
        document = letter.document()
        with tell_apart("a dead letter is not kept"):
            await self._container.upload_blob(
                letter.path,
                json.dumps(document).encode(),
                overwrite=True,
                content_settings=ContentSettings(content_type="application/json"),
                metadata={
                    "kind": document["kind"],
                    "reason": letter.reason,
                    "at": str(letter.at),
                    **_name_device(letter.device_id),
                },
            )

    async def list_day(self, day: date, *, most: int) -> list[LetterSummary]:
        found: list[LetterSummary] = []
        with tell_apart("dead letters cannot be listed"):
            blobs = self._container.list_blobs(
                name_starts_with=f"{day:%Y/%m/%d}/", include=["metadata"]
            )
            async for blob in blobs:
                summary = _summarise(blob.name, blob.metadata or {}, blob.last_modified)
                if summary is not None:
                    found.append(summary)
                if len(found) >= most:
                    break
        return found

    async def read(self, letter_id: str) -> Document | None:
        path = find_path(letter_id)
        if path is None:
            return None
        with tell_apart("a dead letter cannot be read"):
            try:
                stream = await self._container.download_blob(path)
                content = await stream.readall()
            except ResourceNotFoundError:
                return None
            replayed = _read_whole((stream.properties.metadata or {}).get(REPLAYED))
            return {**json.loads(content), "replayedAt": replayed}

    async def mark_replayed(self, letter_id: str, at_ms: int) -> None:
        path = find_path(letter_id)
        if path is None:
            return
        blob = self._container.get_blob_client(path)
        gone = contextlib.suppress(ResourceNotFoundError)
        with tell_apart("a dead letter is not marked"), gone:
            known = (await blob.get_blob_properties()).metadata or {}
            await blob.set_blob_metadata({**known, REPLAYED: str(at_ms)})


def _summarise(path: str, metadata: Mapping[str, str], modified: Any) -> LetterSummary | None:  # noqa: ANN401 (a time, whose type the SDK does not tell)
    letter_id = name_letter(path)
    if letter_id is None:
        return None
    at = _read_whole(metadata.get("at"))
    return LetterSummary(
        letter_id=letter_id,
        at=round(modified.timestamp() * 1_000) if at is None else at,
        kind=metadata.get("kind"),
        reason=metadata.get("reason"),
        replayed_at=_read_whole(metadata.get(REPLAYED)),
        device_id=unquote(metadata[DEVICE]) if metadata.get(DEVICE) else None,
    )


def _name_device(device_id: str | None) -> dict[str, str]:
    """As metadata, which is sent in a header and takes no other letters."""
    return {DEVICE: quote(device_id, safe="")} if device_id else {}


def _read_whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None
