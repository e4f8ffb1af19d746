from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.lateness.notes import (
    DAY_MS,
    MOST_SPANNED,
    STRETCH_MS,
    LateNote,
    find_notes,
    join_notes,
)

NOW = 1_795_332_000_000
NOTE = LateNote("rig-1", "north", "rig", 0, NOW, NOW + 5, NOW + 9)


def document(first_t: int, last_t: int, **changes: object) -> dict[str, Any]:
    return {
        "id": "x", "deviceId": "rig-1", "siteId": "north", "profile": "rig", "late": True,
        "firstT": first_t, "lastT": last_t, "enqueuedAt": NOW, **changes,
    }  # fmt: skip


def test_a_note_is_read_as_it_was_written() -> None:
    assert LateNote.from_document(NOTE.to_document(), "7") == replace(NOTE, etag="7")
    with pytest.raises(DamagedDocumentError, match="start"):
        LateNote.from_document(NOTE.to_document() | {"start": "x"})


def test_late_messages_are_noted_once_a_stretch() -> None:
    first = NOW - 3 * STRETCH_MS
    found = find_notes(
        [
            document(first, first + 1),
            document(first + 2, first + STRETCH_MS, enqueuedAt=NOW + 4),
            document(first, first, late=None),
            document(first - STRETCH_MS, first, contested=True),
            document(NOW, NOW, firstT="damaged"),
            document(NOW, NOW, enqueuedAt=NOW - DAY_MS - 1),
        ],
        NOW,
    )
    assert [(note.start, note.heard_at) for note in found] == [
        (first, NOW + 4),
        (first + STRETCH_MS, NOW + 4),
    ]
    assert len(find_notes([document(NOW - 30 * DAY_MS, NOW)], NOW)) == MOST_SPANNED


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 1)), max_size=30))
def test_stretches_hold_every_note_once_and_are_apart(places: list[tuple[int, int]]) -> None:
    notes = [replace(NOTE, start=at * STRETCH_MS, epoch=epoch) for at, epoch in {*places}]
    stretches = join_notes(notes, STRETCH_MS + 1)
    assert sorted(each.document_id for one in stretches for each in one.notes) == sorted(
        note.document_id for note in notes
    )
    for before, after in pairwise(stretches):
        if before.newest.epoch == after.newest.epoch:
            assert after.from_t - before.to_t > STRETCH_MS
