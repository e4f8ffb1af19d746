"""Tell from a device's messages, in the order of their arrival, what its clock does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from tocsin.domain.behaviour.device_clock import Clock, Epoch
from tocsin.domain.devices.fleet import DeviceState
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.windows.known import Known

FindKnown = Callable[[Message], Awaitable[Known]]


@dataclass(slots=True)
class Stretch:
    """Messages of one epoch. ``begins``: the clock with which it begins; None where it lasts.
    ``ran_to``: event time (ms) of the newest reading that told of it and was late itself."""

    messages: list[Message] = field(default_factory=list)
    begins: Clock | None = None
    ran_to: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """``stretches``: the epoch that lasted and those that began, in order. ``past``: messages of
    epochs from before. ``clock``, ``last_seq``: after all of them."""

    stretches: list[Stretch]
    past: list[Message]
    clock: Clock
    last_seq: int


async def follow_clock(
    messages: Sequence[Message], state: DeviceState, find_known: FindKnown
) -> Followed:
    """Assign each of *messages*, one device's, to an epoch of its clock.

    *find_known*: what is known of a message's readings.
    """
    clock, newest_t, last_seq = state.clock, state.last_t, state.last_seq
    stretches, past = [Stretch()], list[Message]()
    for sent in messages:
        epoch = clock.find_epoch(sent.enqueued_at)
        if epoch != clock.epoch:
            past.append(_place(sent, epoch))
            continue
        before = clock
        offset = _find_offset(sent, clock)
        if offset != epoch.offset:
            clock = clock.begin_epoch(sent.enqueued_at, offset=offset, step_ms=0)
        message = _place(sent, clock.epoch)
        is_newer = clock.epoch != epoch or message.last_t > newest_t
        if is_newer:
            clock = clock.hear(message.enqueued_at)
        else:
            clock = await _hear_behind(message, clock, find_known)
            if clock.behind is not None and clock.behind.runs(message.enqueued_at):
                message, clock = _step_back(sent, message, clock, newest_t)
        if clock.epoch != epoch:
            stretches.append(Stretch(begins=clock, ran_to=_find_run(sent, before)))
            newest_t = message.last_t
        if is_newer or clock.heard_at > before.heard_at:
            last_seq = message.seq
        newest_t = max(newest_t, message.last_t)
        stretches[-1].messages.append(message)
    return Followed(stretches, past, clock, last_seq)


def _find_offset(message: Message, clock: Clock) -> int:
    """What is to be added to the message's times (ms): 0 where they may be its own."""
    if message.placing != "arrival":
        return 0
    offset, limits = clock.epoch.offset, message.profile.event_times
    if offset and limits.allow(message.last_t + offset, message.enqueued_at):
        return offset
    return message.enqueued_at - message.last_t


def _place(message: Message, epoch: Epoch) -> Message:
    """*message* in its *epoch*, by its own times wherever they are some."""
    placed = message
    if message.placing == "arrival":
        placed = message.shift(epoch.offset or message.enqueued_at - message.last_t)
    return replace(placed, epoch=epoch.since) if epoch.since else placed


def _find_run(sent: Message, before: Clock) -> int:
    """How far the messages behind, *before* the one that begins an epoch, ran by its own times."""
    return 0 if before.behind is None or sent.placing == "arrival" else before.behind.last_t


async def _hear_behind(message: Message, clock: Clock, find_known: FindKnown) -> Clock:
    if message.enqueued_at <= clock.heard_at:
        return clock
    is_known = (await find_known(message)).has_all
    return clock.hear_behind(message.enqueued_at, message.last_t, is_known=is_known)


def _step_back(
    sent: Message, message: Message, clock: Clock, newest_t: int
) -> tuple[Message, Clock]:
    """The message with which the new epoch begins, and the clock from it on."""
    arrived = sent.placing == "arrival"
    offset = sent.enqueued_at - sent.last_t if arrived else 0
    stepped = clock.begin_epoch(sent.enqueued_at, offset=offset, step_ms=newest_t - message.last_t)
    return _place(sent, stepped.epoch), stepped
