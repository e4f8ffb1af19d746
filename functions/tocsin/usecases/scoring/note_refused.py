"""A device whose messages are refused for their times is heard all the same, and it is said."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.errors import ChangedMeanwhileError, DamagedDocumentError, RefusedError
from tocsin.domain.insights.log_about import about
from tocsin.domain.letters.dead_letters import DeadLetter
from tocsin.domain.messages.refusal import TimeRefusal
from tocsin.usecases.ports.scoring import Telemetry
from tocsin.usecases.scoring.device_memory import DeviceMemory

log = logging.getLogger(__name__)

OF_TIME = frozenset({"time-in-future", "time-implausible"})
MOST_ROUNDS = 4


async def note_refused(
    letters: Sequence[DeadLetter], *, memory: DeviceMemory, store: Telemetry
) -> list[DeviceRecord]:
    """Write into the records of the devices that *letters* came from that they were heard, and why
    their messages were refused; returns these records. Other letters tell nothing of a clock.

    A device without a record has none afterwards: nothing is known of it but the letter. Raises
    what the store raises when it stays away.
    """
    by_device: dict[str, list[DeadLetter]] = {}
    for letter in letters:
        if letter.reason in OF_TIME and letter.envelope.device_id:
            by_device.setdefault(letter.envelope.device_id, []).append(letter)
    noted = [await _note(of_device, store) for of_device in by_device.values()]
    # What is in memory follows from the record as it was.
    memory.forget(by_device)
    return [record for record in noted if record is not None]


async def _note(letters: Sequence[DeadLetter], store: Telemetry) -> DeviceRecord | None:
    device_id = letters[0].envelope.device_id
    for _ in range(MOST_ROUNDS):
        try:
            known = await store.device(device_id)
        except DamagedDocumentError:
            return None  # its next sound message takes the place of the damaged document
        renewed = None if known is None else _renew(known, letters)
        if renewed is None:
            return None
        (result,) = await store.save_devices([renewed])
        if isinstance(result, RefusedError):
            log.warning(
                "It is not noted that %r has a wrong clock: %s",
                device_id,
                result,
                extra=about(device=device_id),
            )
            return None
        if not isinstance(result, ChangedMeanwhileError):
            return replace(renewed, etag=result)
    raise ChangedMeanwhileError(f"others write the record of device {device_id!r} all the time")


def _renew(known: DeviceRecord, letters: Sequence[DeadLetter]) -> DeviceRecord | None:
    """The record with what is new in *letters*; None where nothing is, since they came before."""
    new = [letter for letter in letters if letter.envelope.enqueued_at > known.enqueued_at]
    if not new:
        return None
    newest = max(new, key=lambda letter: letter.envelope.enqueued_at)
    at, before = newest.envelope.enqueued_at, known.refused
    messages = len(new) + (0 if before is None else before.messages)
    return replace(
        known,
        enqueued_at=at,
        clock=known.clock.hear_refused(at),
        refused=TimeRefusal(newest.reason, newest.text, at, messages),
    )
