"""Frames of the client protocols."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.standins.webpubsub.errors import MalformedFrameError
from local.standins.webpubsub.sessions import frames
from local.standins.webpubsub.sessions.frames import Payload, parse_request

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON_VALUES)
def test_json_content_survives_a_frame(value: object) -> None:
    head = frames.message_head(Payload.of_json(json.dumps(value)), group="g", from_user_id=None)
    frame = json.loads(frames.message(head, 7))
    assert frame == {
        "type": "message", "from": "group", "group": "g", "dataType": "json",
        "data": value, "sequenceId": 7,
    }  # fmt: skip


@given(st.text())
def test_text_content_survives_a_frame(text: str) -> None:
    head = frames.message_head(Payload.of_text(text), group=None, from_user_id="ada")
    frame = json.loads(frames.message(head, None))
    assert (frame["from"], frame["fromUserId"], frame["data"]) == ("server", "ada", text)
    assert "sequenceId" not in frame


def test_binary_content_is_base64_in_a_frame_and_raw_without() -> None:
    payload = Payload.of_bytes(b"\x00\xff")
    assert json.loads(payload.encoded) == "AP8="
    assert payload.raw == b"\x00\xff"


@pytest.mark.parametrize("text", ["NaN", '{"a": Infinity}', "{", ""])
def test_what_is_not_json_is_no_json_payload(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Payload.of_json(text)


@given(st.text())
def test_any_text_is_a_request_or_malformed(text: str) -> None:
    with suppress(MalformedFrameError):
        assert parse_request(text).kind


def test_lone_surrogates_reach_no_socket() -> None:
    for data_type in ("json", "text"):
        text = f'{{"type": "x", "dataType": "{data_type}", "data": "\\ud800"}}'
        payload = parse_request(text).payload
        assert isinstance(payload.raw, str)
        assert (payload.encoded + payload.raw).encode()


def test_nesting_without_end_is_malformed() -> None:
    with pytest.raises(MalformedFrameError, match="too deeply"):
        parse_request("[" * 100_000)


@pytest.mark.parametrize(
    ("fields", "data_type", "raw"),
    [
        ({"data": {"a": 1}}, "json", '{"a": 1}'),
        ({"dataType": "text", "data": "ü"}, "text", "ü"),
        ({"dataType": "binary", "data": "AP8="}, "binary", b"\x00\xff"),
        ({"dataType": "protobuf", "data": "AP8="}, "protobuf", b"\x00\xff"),
    ],
)
def test_payload_of_a_request(fields: dict[str, object], data_type: str, raw: object) -> None:
    payload = parse_request(json.dumps({"type": "sendToGroup"} | fields)).payload
    assert (payload.data_type, payload.raw) == (data_type, raw)


@pytest.mark.parametrize(
    "fields",
    [
        {"dataType": "text", "data": 1},
        {"dataType": "binary", "data": "not base64!"},
        {"dataType": "cbor", "data": ""},
        {"dataType": ["text"], "data": ""},
    ],
)
def test_a_payload_that_is_not_its_type_is_malformed(fields: dict[str, object]) -> None:
    request = parse_request(json.dumps({"type": "sendToGroup"} | fields))
    with pytest.raises(MalformedFrameError):
        _ = request.payload


@pytest.mark.parametrize("ack_id", [-1, 2**64, "1", 1.5, True])
def test_an_ack_id_is_a_whole_number_of_64_bits(ack_id: object) -> None:
    with pytest.raises(MalformedFrameError, match="ackId"):
        parse_request(json.dumps({"type": "ping", "ackId": ack_id}))
