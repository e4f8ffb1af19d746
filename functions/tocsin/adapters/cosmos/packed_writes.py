"""Cosmos DB: messages written packed, each with its own answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from tocsin.adapters.cosmos.container import Container
from tocsin.adapters.cosmos.writes import CosmosWrites, Part
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.errors import RefusedError
from tocsin.domain.packing.messages import PACKED, pack_messages
from tocsin.usecases.ports.scoring import Refusal

_AT_ONCE = 256  # as they are made, before they are packed, they take the most memory
_BESIDE_BYTES = 1_024  # what is not packed of a message, at most


async def save_packed(
    writes: CosmosWrites, container: Container, messages: Sequence[DecidedMessage]
) -> list[Refusal]:
    """Write each in place of what is stored under its id, those of a device in their order."""
    packed = _pack_each(messages)
    parts = [
        Part(document["deviceId"], len(document[PACKED]) + _BESIDE_BYTES, partial(dict, document))
        for document in packed
        if not isinstance(document, RefusedError)
    ]
    return _place(packed, await writes.upsert_in_order(container, parts))


async def add_packed(
    writes: CosmosWrites, container: Container, messages: Sequence[DecidedMessage]
) -> list[Refusal]:
    """Write each under whose id nothing is stored; the others stay as they are."""
    packed = _pack_each(messages)
    made: list[Callable[[], dict[str, Any]]] = [
        partial(dict, found) for found in packed if not isinstance(found, RefusedError)
    ]
    return _place(packed, await writes.create(container, made))


def _place(
    packed: Sequence[dict[str, Any] | RefusedError], written: Sequence[Refusal]
) -> list[Refusal]:
    """The answers to all of them, in their order; *written*: those to what could be packed."""
    answers = iter(written)
    return [found if isinstance(found, RefusedError) else next(answers) for found in packed]


def _pack_each(messages: Sequence[DecidedMessage]) -> list[dict[str, Any] | RefusedError]:
    packed: list[dict[str, Any] | RefusedError] = []
    for first in range(0, len(messages), _AT_ONCE):
        documents = [message.to_document() for message in messages[first : first + _AT_ONCE]]
        try:
            packed += pack_messages(documents)
        except (TypeError, ValueError, OverflowError):
            # One of them cannot be packed: now each gets its own answer.
            packed += map(_pack_or_refuse, documents)
    return packed


def _pack_or_refuse(document: Mapping[str, Any]) -> dict[str, Any] | RefusedError:
    try:
        (packed,) = pack_messages([document])
    except (TypeError, ValueError, OverflowError) as error:
        return RefusedError(f"the message {document['id']!r} cannot be packed: {error}")
    return packed
