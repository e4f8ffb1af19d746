"""Note the stretches of time in which late messages were stored, so that they are judged again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tocsin.domain.errors import RefusedError
from tocsin.domain.insights.log_about import about
from tocsin.domain.lateness.notes import find_notes
from tocsin.usecases.ports.lateness import LateNotes

log = logging.getLogger(__name__)


async def note_late(
    documents: Iterable[Mapping[str, Any]], notes: LateNotes, *, now_ms: int
) -> None:
    """*documents*: of ``readings``, as they were stored; any of them may come again.

    Raises DeliveryError while the database is away. A note that is refused for good is logged: no
    retry cures it, and the feed behind it would wait for ever.
    """
    for note in find_notes(documents, now_ms):
        try:
            await notes.keep_late(replace(note, noted_at=now_ms))
        except RefusedError as error:
            log.error(  # noqa: TRY400 (told)
                "Late readings of device %.80r from %d on are not judged: %s",
                note.device_id,
                note.start,
                error,
                extra=about(device=note.device_id, site=note.site_id),
            )
