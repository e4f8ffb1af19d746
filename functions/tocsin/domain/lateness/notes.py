"""Notes of the stretches of time in which late messages were stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.domain.devices.readings import LONG_MS
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.stored import take_field

LATE = "late"
STRETCH_MS = 10 * 60 * 1_000
DAY_MS = 24 * 60 * 60 * 1_000
MOST_SPANNED = 100  # stretches of one message: those of a device that sends a reading in minutes


@dataclass(frozen=True, slots=True)
class LateNote:
    """Something late was stored of a device, from the stretch that begins at ``start`` (ms).

    epoch: that of the device's clock. heard_at: when the hub took the newest such message.
    noted_at: when that was noted (ms, our clock). etag: that of the document it was read from.
    """

    device_id: str
    site_id: str
    profile: str
    epoch: int
    start: int
    heard_at: int
    noted_at: int = 0
    etag: str | None = None

    @property
    def document_id(self) -> str:
        """Follows from the stretch, so a message that comes again is noted once."""
        return f"{LATE}:{self.device_id}:{self.epoch}:{self.start}"

    def to_document(self) -> dict[str, Any]:
        """A document of the container ``settings`` (docs/formats.md)."""
        return {
            "id": self.document_id,
            "type": LATE,
            "deviceId": self.device_id,
            "siteId": self.site_id,
            "profile": self.profile,
            "epoch": self.epoch,
            "start": self.start,
            "heardAt": self.heard_at,
            "notedAt": self.noted_at,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any], etag: str | None = None) -> LateNote:
        """Raises DamagedDocumentError."""
        return cls(
            device_id=take_field(document, "deviceId", str),
            site_id=take_field(document, "siteId", str),
            profile=take_field(document, "profile", str),
            epoch=take_field(document, "epoch", int),
            start=take_field(document, "start", int),
            heard_at=take_field(document, "heardAt", int),
            noted_at=take_field(document, "notedAt", int),
            etag=etag,
        )


def find_notes(documents: Iterable[Mapping[str, Any]], now_ms: int) -> list[LateNote]:
    """One note for each stretch that late ones of these ``readings`` documents are from.

    Left out are those that the hub took more than a day ago: a feed that is read anew from its
    beginning brings no news. So are those that tell other values for known times: a device measures
    no two values at once, so nobody knows when they were measured.
    """
    found: dict[str, LateNote] = {}
    for document in documents:
        if document.get("late") is not True or document.get("contested") is True:
            continue
        for note in _note_stretches(document):
            other = found.get(note.document_id)
            is_newer = other is None or other.heard_at <= note.heard_at
            if is_newer and now_ms - note.heard_at <= DAY_MS:
                found[note.document_id] = note
    return [*found.values()]


def _note_stretches(document: Mapping[str, Any]) -> Iterable[LateNote]:
    try:
        first_t, last_t = (take_field(document, name, int) for name in ("firstT", "lastT"))
        begun = LateNote(
            device_id=take_field(document, "deviceId", str),
            site_id=take_field(document, "siteId", str),
            profile=take_field(document, "profile", str),
            epoch=take_field(document, "epoch", int, type(None)) or 0,
            start=0,
            heard_at=take_field(document, "enqueuedAt", int),
        )
    except DamagedDocumentError:
        return  # whoever reads the same feed for the rollups logs it
    starts = range(first_t // STRETCH_MS * STRETCH_MS, last_t + 1, STRETCH_MS)
    for start in starts[-MOST_SPANNED:]:
        yield LateNote(
            begun.device_id, begun.site_id, begun.profile, begun.epoch, start, begun.heard_at
        )


@dataclass(frozen=True, slots=True)
class LateStretch:
    """``notes``: of one device, profile and epoch, side by side in time."""

    notes: tuple[LateNote, ...]

    @property
    def newest(self) -> LateNote:
        return self.notes[-1]

    @property
    def from_t(self) -> int:
        return self.notes[0].start

    @property
    def to_t(self) -> int:
        """Event time (ms), included."""
        return self.newest.start + STRETCH_MS - 1

    @property
    def heard_at(self) -> int:
        return max(note.heard_at for note in self.notes)


def join_notes(notes: Iterable[LateNote], reach_ms: float = LONG_MS) -> list[LateStretch]:
    """The notes of one device as stretches: those belong together between which less than
    *reach_ms* lie, since a window of the one holds readings of the other."""
    ordered = sorted(notes, key=lambda note: (note.profile, note.epoch, note.start))
    stretches: list[list[LateNote]] = []
    for note in ordered:
        before = stretches[-1][-1] if stretches else None
        if (
            before is not None
            and (before.profile, before.epoch) == (note.profile, note.epoch)
            and note.start - before.start - STRETCH_MS < reach_ms
        ):
            stretches[-1].append(note)
        else:
            stretches.append([note])
    return [LateStretch(tuple(stretch)) for stretch in stretches]
