"""Put each message behind the readings that came before it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from tocsin.domain.behaviour.rhythm import begin_rhythm
from tocsin.domain.devices.device_record import ANY_RECORD, DeviceRecord
from tocsin.domain.devices.fleet import DeviceState, count_kept
from tocsin.domain.devices.newest_message import NewestMessage
from tocsin.domain.devices.work import measure_work
from tocsin.domain.errors import ChangedMeanwhileError, DamagedDocumentError, RefusedError
from tocsin.domain.hot_records import dataclass
from tocsin.domain.insights.log_about import about
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.scoring import Telemetry
from tocsin.usecases.scoring.device_memory import DeviceMemory
from tocsin.usecases.scoring.place_stretches import Placed, StretchPlacer

log = logging.getLogger(__name__)

REBUILDS_AT_ONCE = 16
MOST_READS = 4  # of a record that someone else writes all the time


@dataclass(frozen=True, slots=True)
class Lane:
    """One device's messages of a batch in order, and its state before and after them.

    ``known``: messages with nothing that is not stored already.
    """

    device_id: str
    placed: tuple[Placed, ...]
    before: DeviceState
    after: DeviceState
    known: tuple[Message, ...] = ()


async def place_messages(
    messages: Sequence[Message], memory: DeviceMemory, store: Telemetry
) -> tuple[list[Lane], dict[str, RefusedError]]:
    """Group messages by device and give each its history.

    The history is in memory while a device's messages arrive in a row. A jump in ``seq`` or an
    unknown device means that this process is new or that another one had the partition meanwhile:
    then the state is read from the database.

    Returns the lanes, and by device why the database never says what is known of it: its messages
    can be placed nowhere. Raises what may pass.
    """
    by_device: dict[str, list[Message]] = {}
    for message in messages:
        by_device.setdefault(message.device_id, []).append(message)
    lanes = {device: _continue_lane(of_device, memory) for device, of_device in by_device.items()}
    limit = asyncio.Semaphore(REBUILDS_AT_ONCE)
    others = [device for device, lane in lanes.items() if lane is None]
    found = await asyncio.gather(
        *(_try_to_place(by_device[device], memory, store, limit) for device in others)
    )
    refused: dict[str, RefusedError] = {}
    for device, placed in zip(others, found, strict=True):
        if isinstance(placed, RefusedError):
            refused[device] = placed
        else:
            lanes[device] = placed
    return [lane for lane in lanes.values() if lane is not None], refused


def _continue_lane(messages: list[Message], memory: DeviceMemory) -> Lane | None:
    """The lane of a known device whose messages follow each other; None where that is not so.

    The usual case: without a task of its own, and the database is not asked.
    """
    device_id = messages[0].device_id
    before = state = memory.get(device_id)
    placed: list[Placed] = []
    for sent in messages:
        if state is None or not state.continues_with(sent):
            return None
        message = state.take(sent)
        after = state.after(message)
        placed.append(
            Placed(message, state.history, False, state.judge(message), rhythm=after.rhythm)
        )
        state = after
    assert before is not None, "there is a message"
    assert state is not None, "it follows from the one before"
    return Lane(device_id, tuple(placed), before, state)


async def _try_to_place(
    messages: list[Message], memory: DeviceMemory, store: Telemetry, limit: asyncio.Semaphore
) -> Lane | RefusedError:
    try:
        return await _place_lane(messages, memory, store, limit)
    except RefusedError as error:
        return error


async def _place_lane(
    messages: list[Message], memory: DeviceMemory, store: Telemetry, limit: asyncio.Semaphore
) -> Lane:
    device_id = messages[0].device_id
    before = memory.get(device_id)
    if before is None or not before.follows(messages[0]):
        async with limit:
            before = await _rebuild(messages[0], store)
    placer = StretchPlacer(before, store, limit)
    after = await placer.place(messages)
    return Lane(device_id, tuple(placer.placed), before, after, tuple(placer.known))


async def _rebuild(message: Message, store: Telemetry) -> DeviceState:
    """The state from the database, its history up to the newest reading that it knows.

    Never beyond: a batch that broke off may have stored the readings that are placed now.
    """
    try:
        record, etag = await _read_record(message, store), None
    except DamagedDocumentError as error:
        # It would hold up its partition for ever: the device starts anew, and its next document
        # takes the place of the damaged one.
        log.error(  # noqa: TRY400 (told)
            "Device %r starts anew: %s",
            message.device_id,
            error,
            extra=about(device=message.device_id),
        )
        record, etag = None, ANY_RECORD
    profile = message.profile
    is_known = record is not None and record.profile == profile.name
    rhythm = record.rhythm if record is not None and is_known else begin_rhythm(profile)
    history = await store.history(
        message.device_id,
        profile,
        before_t=message.first_t if record is None else record.last_t + 1,
        count=count_kept(rhythm, profile),
        epoch=0 if record is None else record.clock.epoch.since,
    )
    state = DeviceState.from_record(record, message, history)
    return state if etag is None else state.with_etag(etag)


async def _read_record(message: Message, store: Telemetry) -> DeviceRecord | None:
    """The device as its newest stored message left it.

    Its record may be older, since not every message renews it. Then it is renewed first: all that
    is delivered now may be late, and would renew nothing.
    """
    device_id = message.device_id
    for _ in range(MOST_READS):
        record = await store.device(device_id)
        newest = None if record is None else await store.find_newer(record)
        if newest is None:
            return record
        newer = await _complete_record(newest, message.profile, store)
        (saved,) = await store.save_devices([newer])
        if isinstance(saved, str):
            return replace(newer, etag=saved)
        if isinstance(saved, RefusedError):
            log.error(
                "The record of device %r stays old: %s",
                device_id,
                saved,
                extra=about(device=device_id),
            )
            return newer
    raise ChangedMeanwhileError(f"others write the record of device {device_id!r} all the time")


async def _complete_record(
    newest: NewestMessage, profile: Profile, store: Telemetry
) -> DeviceRecord:
    """Its record with what the readings before it tell of the device's work.

    Under another profile than *profile* that is not looked up: the device begins anew.
    """
    record = newest.record
    if record.profile != profile.name:
        return record
    history = await store.history(
        record.device_id,
        profile,
        before_t=record.last_t + 1,
        count=count_kept(record.rhythm, profile),
        epoch=record.clock.epoch.since,
    )
    return replace(record, work=measure_work(history, profile, newest.readings))
