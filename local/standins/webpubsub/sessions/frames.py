"""The JSON frames of the client protocols: those sent, built; those received, checked."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.standins.webpubsub.errors import MalformedFrameError


@dataclass(frozen=True, slots=True)
class Payload:
    """One message's content, encoded once for however many clients get it."""

    data_type: str
    encoded: str  # JSON text of the frame's "data"
    raw: str | bytes  # what a client without subprotocol receives

    @classmethod
    def of_json(cls, text: str) -> Payload:
        """A JSON document, passed on as it was written. Raises ValueError when it is none."""
        _parse_json(text)
        return cls("json", text, text)

    @classmethod
    def of_text(cls, text: str) -> Payload:
        return cls("text", json.dumps(text), text.encode(errors="replace").decode())

    @classmethod
    def of_bytes(cls, content: bytes, data_type: str = "binary") -> Payload:
        return cls(data_type, json.dumps(base64.b64encode(content).decode()), content)


@dataclass(frozen=True, slots=True)
class Request:
    """A client's frame: its type, its ackId if it wants an answer, and its fields."""

    kind: str
    ack_id: int | None
    fields: Mapping[str, Any]

    @property
    def group(self) -> str:
        return _text(self.fields, "group")

    @property
    def sequence_id(self) -> int:
        return _whole_number(self.fields, "sequenceId")

    @property
    def no_echo(self) -> bool:
        return self.fields.get("noEcho") is True

    @property
    def payload(self) -> Payload:
        return _read_payload(self.fields)


def parse_request(text: str) -> Request:
    """Read a client's frame. Raises MalformedFrameError."""
    try:
        fields = _parse_json(text)
    except ValueError as error:
        raise MalformedFrameError(f"the frame is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise MalformedFrameError("the frame must be a JSON object")
    ack_id = _whole_number(fields, "ackId") if fields.get("ackId") is not None else None
    return Request(_text(fields, "type"), ack_id, fields)


def write_connected(connection_id: str, user_id: str | None, reconnection_token: str | None) -> str:
    frame: dict[str, object] = {
        "type": "system",
        "event": "connected",
        "userId": user_id,
        "connectionId": connection_id,
    }
    if reconnection_token is not None:
        frame["reconnectionToken"] = reconnection_token
    return json.dumps(frame)


def write_disconnected(reason: str) -> str:
    return json.dumps({"type": "system", "event": "disconnected", "message": reason})


def pong() -> str:
    return json.dumps({"type": "pong"})


def ack(ack_id: int, error: tuple[str, str] | None = None) -> str:
    """The answer to a request; *error* is a name and a message."""
    frame: dict[str, object] = {"type": "ack", "ackId": ack_id, "success": error is None}
    if error is not None:
        frame["error"] = {"name": error[0], "message": error[1]}
    return json.dumps(frame)


def invoke_refused(invocation_id: str, message: str) -> str:
    error = {"name": "NotSupported", "message": message}
    return json.dumps(
        {
            "type": "invokeResponse",
            "invocationId": invocation_id,
            "success": False,
            "error": error,
        }
    )


def message_head(payload: Payload, *, group: str | None, from_user_id: str | None) -> str:
    """A message frame up to its closing brace, to be ended by ``message``."""
    fields: dict[str, object] = {"type": "message", "from": "server" if group is None else "group"}
    if from_user_id is not None:
        fields["fromUserId"] = from_user_id
    if group is not None:
        fields["group"] = group
    fields["dataType"] = payload.data_type
    return f'{json.dumps(fields)[:-1]}, "data": {payload.encoded}'


def message(head: str, sequence_id: int | None) -> str:
    """End a frame begun by ``message_head``; only reliable clients get a sequence id."""
    return f"{head}}}" if sequence_id is None else f'{head}, "sequenceId": {sequence_id}}}'


def _read_payload(fields: Mapping[str, Any]) -> Payload:
    data_type, value = fields.get("dataType", "json"), fields.get("data")
    if data_type == "json":
        content = json.dumps(value)
        return Payload("json", content, content)
    if data_type not in ("text", "binary", "protobuf"):
        raise MalformedFrameError(f"dataType {data_type!r} is none of json, text, binary, protobuf")
    if not isinstance(value, str):
        raise MalformedFrameError(f"data must be a text when dataType is {data_type}")
    if data_type == "text":
        return Payload.of_text(value)
    try:
        return Payload.of_bytes(base64.b64decode(value, validate=True), data_type)
    except binascii.Error as error:
        raise MalformedFrameError(f"data is not base64: {error}") from error


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedFrameError(f"{name} must be a text that is not empty")
    return value


def _whole_number(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**64:
        raise MalformedFrameError(f"{name} must be a whole number of 64 bits, not negative")
    return value


def _parse_json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
