"""Queue messages, in the form the worker gets them."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from azure.functions.meta import Datum
from azure.storage.queue import QueueMessage

from local.standins.functions_host.invocations.invocation import TriggerValue


class UndecodableMessageError(ValueError):
    """A message is not in the encoding that host.json names."""


def message_value(message: QueueMessage, encoding: str) -> TriggerValue:
    """The function's QueueMessage. Raises UndecodableMessageError."""
    text = decode(message.content, encoding)
    return TriggerValue(
        Datum(text, "string"),
        {
            "QueueTrigger": Datum(text, "string"),
            "Id": Datum(message.id, "string"),
            "DequeueCount": Datum(message.dequeue_count or 0, "int"),
            "PopReceipt": Datum(message.pop_receipt, "string"),
            "InsertionTime": _time(message.inserted_on),
            "ExpirationTime": _time(message.expires_on),
            "NextVisibleTime": _time(message.next_visible_on),
        },
    )


def decode(content: str, encoding: str) -> str:
    """The text of a message's *content*, which is in "base64" or plain ("none")."""
    if encoding == "none":
        return content
    try:
        return base64.b64decode(content, validate=True).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError) as error:
        raise UndecodableMessageError(
            "the message is not base64: send it so, or set messageEncoding to none in host.json"
        ) from error


def value_of_text(text: str) -> TriggerValue:
    """A message that was typed in by hand instead of read from the queue."""
    now = _time(datetime.now(UTC))
    return TriggerValue(
        Datum(text, "string"),
        {
            "Id": Datum("manual", "string"),
            "DequeueCount": Datum(1, "int"),
            "PopReceipt": Datum("manual", "string"),
            "InsertionTime": now,
            "ExpirationTime": now,
            "NextVisibleTime": now,
        },
    )


def _time(moment: datetime | None) -> Datum:
    if moment is None:
        return Datum("", "string")
    return Datum(moment.astimezone(UTC).isoformat(), "string")
