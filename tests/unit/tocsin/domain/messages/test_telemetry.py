from __future__ import annotations

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW, PROFILES, RIG, document, envelope
from tocsin.domain.errors import InvalidMessageError
from tocsin.domain.messages.decode import MAX_BYTES, decode
from tocsin.domain.messages.event_times import MAX_AHEAD_MS
from tocsin.domain.messages.telemetry import Message


def decoded(body: bytes | dict[str, Any], *, device_id: str = "rig-1") -> Message:
    return decode(envelope(body, device_id=device_id), PROFILES, now_ms=NOW)


def refusal(body: bytes | dict[str, Any], *, device_id: str = "rig-1") -> InvalidMessageError:
    with pytest.raises(InvalidMessageError) as caught:
        decoded(body, device_id=device_id)
    return caught.value


BAD: dict[str, tuple[bytes | dict[str, Any], str]] = {
    "not JSON": (b"{", "not-json"),
    "empty": (b"", "not-json"),
    "not UTF-8": (b'{"schema": 1, "\xff": 1}', "not-json"),
    "UTF-16": (json.dumps(document()).encode("utf-16"), "not-json"),
    "a surrogate in UTF-8": (b'{"schema": "\xed\xa0\x80"}', "not-json"),
    "a byte order mark": (b"\xef\xbb\xbf" + json.dumps(document()).encode(), "not-json"),
    "nested deeply": (b"[" * 100_000, "not-json"),
    "objects nested deeply": (b'{"a":' * 50_000, "not-json"),
    "an int of 5000 digits": (
        json.dumps(document()).replace("1.5", "1" * 5_000).encode(),
        "not-json",
    ),
    "257 KiB": (b" " * (257 * 1024), "too-large"),
    "a list": (b"[1]", "malformed"),
    "a null": (b"null", "malformed"),
    "schema 2": (document(schema=2), "wrong-schema"),
    "schema true": (document(schema=True), "wrong-schema"),
    "schema 1.0": (document(schema=1.0), "wrong-schema"),
    "schema as text": (document(schema="1"), "wrong-schema"),
    "no schema": (document(schema=...), "wrong-schema"),
    "a huge schema": (document(schema="x" * 200_000), "wrong-schema"),
    "another's device id": (document(deviceId="rig-2"), "foreign-device-id"),
    "a null device id": (document(deviceId=None), "foreign-device-id"),
    "a huge device id": (document(deviceId=["x" * 1_000] * 200), "foreign-device-id"),
    "unknown profile": (document(profile="toaster"), "unknown-profile"),
    "profile of another type": (document(profile={}), "unknown-profile"),
    "no profile": (document(profile=...), "malformed"),
    "an unknown field": (document(extra=1), "malformed"),
    "many unknown fields": (document(**{f"x{n}": n for n in range(5_000)}), "malformed"),
    "no seq": (document(seq=...), "malformed"),
    "seq negative": (document(seq=-1), "malformed"),
    "seq true": (document(seq=True), "malformed"),
    "seq float": (document(seq=1.0), "malformed"),
    "seq text": (document(seq="1"), "malformed"),
    "seq null": (document(seq=None), "malformed"),
    "seq huge": (document(seq=10**30), "malformed"),
    "t no list": (document(t=NOW), "malformed"),
    "t empty": (document(t=[], channels={"heat_c": []}), "malformed"),
    "t float": (document(t=[float(NOW)]), "malformed"),
    "t true": (document(t=[True]), "malformed"),
    "t null": (document(t=[None]), "malformed"),
    "t nested": (document(t=[[NOW]]), "malformed"),
    "t NaN": (document(t=[float("nan")]), "malformed"),
    "seq NaN": (document(seq=float("nan")), "malformed"),
    "t zero": (document(t=[0]), "time-implausible"),
    "t in seconds": (document(t=[NOW // 1_000]), "time-implausible"),
    "t in microseconds": (document(t=[NOW * 1_000]), "time-in-future"),
    "t too old": (document(t=[NOW - 8 * 86_400_000]), "time-implausible"),
    "t partly of 1970": (
        document(t=[1_000, NOW], channels={"heat_c": [1, 2]}),
        "time-implausible",
    ),
    "t negative": (document(t=[-5]), "malformed"),
    "t back": (document(t=[NOW, NOW - 1], channels={"heat_c": [1, 2]}), "time-not-increasing"),
    "t twice": (document(t=[NOW, NOW], channels={"heat_c": [1, 2]}), "time-not-increasing"),
    "t back by far": (
        document(t=[NOW, -(10**40)], channels={"heat_c": [1, 2]}),
        "time-not-increasing",
    ),
    "t in the future": (document(t=[NOW + MAX_AHEAD_MS + 1]), "time-in-future"),
    "t huge": (document(t=[10**40]), "time-in-future"),
    "1001 readings": (
        document(t=list(range(1, 1_002)), channels={"heat_c": [1] * 1_001}),
        "too-many-readings",
    ),
    "no channels": (document(channels={}), "malformed"),
    "channels a list": (document(channels=[1]), "malformed"),
    "channels null": (document(channels=None), "malformed"),
    "65 channels": (document(channels={f"x{n}": [1] for n in range(65)}), "malformed"),
    "unknown channel": (document(channels={"heat_c": [1], "noise_db": [1]}), "unknown-channel"),
    "a lone surrogate": (document(channels={"\ud800": [1]}), "unknown-channel"),
    "a huge channel name": (document(channels={"x" * 100_000: [1]}), "unknown-channel"),
    "too few values": (document(channels={"heat_c": []}), "unequal-lengths"),
    "too many values": (document(channels={"heat_c": [1, 2]}), "unequal-lengths"),
    "no list of values": (document(channels={"heat_c": 20}), "unequal-lengths"),
    "text as long as t": (document(channels={"heat_c": "2"}), "unequal-lengths"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_is_refused_with_its_reason(name: str) -> None:
    body, reason = BAD[name]
    error = refusal(body)
    assert error.reason == reason
    assert 0 < len(error.text) < 500, "the text goes into a log line"
    error.text.encode("utf-8")


def test_a_message_without_an_authenticated_device_is_refused() -> None:
    assert refusal(document(), device_id="").reason == "no-device-id"


@pytest.mark.parametrize("device_id", ["a/b", "a\\b", "a?b", "a#b", ".", ".."])
def test_a_device_id_that_the_database_cannot_keep_is_refused(device_id: str) -> None:
    error = refusal(document(), device_id=device_id)
    assert error.reason == "malformed"
    assert "register it under a name without" in error.text


def test_limits_are_inclusive() -> None:
    times = list(range(NOW - 999, NOW + 1))
    message = decoded(document(t=times, channels={"heat_c": [1] * 1_000}))
    assert len(message.t) == 1_000
    assert decoded(document(t=[NOW + MAX_AHEAD_MS])).last_t == NOW + MAX_AHEAD_MS
    body = json.dumps(document()).encode()
    assert decoded(body + b" " * (MAX_BYTES - len(body))).seq == 0


def test_a_message_may_repeat_its_own_device_id() -> None:
    assert decoded(document(deviceId="rig-1")).device_id == "rig-1"


def test_columns_come_in_the_profiles_order_with_nan_where_missing() -> None:
    message = decoded(document(t=[NOW - 1, NOW], channels={"heat_c": [None, 3]}))
    assert message.values.dtype == np.float32
    np.testing.assert_array_equal(message.values, [[np.nan, np.nan], [np.nan, 3]])
    assert message.channels == {"heat_c": [None, 3]}
    assert (message.first_t, message.last_t) == (NOW - 1, NOW)


values = st.one_of(st.none(), st.integers(-100, 100), st.floats(-100, 100))


@given(st.data())
def test_a_valid_message_survives_decoding(data: st.DataObject) -> None:
    times = sorted(
        data.draw(
            st.sets(st.integers(NOW - 7 * 86_400_000, NOW + MAX_AHEAD_MS), min_size=1, max_size=20)
        )
    )
    names = data.draw(st.sets(st.sampled_from(RIG.channel_names), min_size=1))
    column = st.lists(values, min_size=len(times), max_size=len(times))
    channels = {name: data.draw(column) for name in sorted(names)}
    seq = data.draw(st.integers(0, 2**53 - 1))

    message = decoded(document(seq=seq, t=times, channels=channels))

    assert (message.seq, message.t.tolist(), message.channels) == (seq, times, channels)
    for index, name in enumerate(RIG.channel_names):
        sent = channels.get(name, [None] * len(times))
        expected = np.array(sent, dtype=np.float64).astype(np.float32)
        np.testing.assert_array_equal(message.values[:, index], expected)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from([NOW, 10**30, -(10**30), "rig", "heat_c"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
near_messages = st.dictionaries(
    st.sampled_from(["schema", "profile", "seq", "t", "channels", "deviceId"]),
    json_values | st.lists(st.integers(), max_size=3),
    min_size=1,
    max_size=2,
).map(lambda changes: document(**changes))


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_make_decoding_fail_in_another_way(body: bytes) -> None:
    assert refusal(body).reason


@given(near_messages)
def test_a_nearly_right_message_is_decoded_or_refused(body: dict[str, Any]) -> None:
    message: Message | None = None
    with contextlib.suppress(InvalidMessageError):
        message = decoded(body)
    if message is None:
        assert len(refusal(body).text) < 500
        return
    assert message.values.shape == (len(body["t"]), len(RIG.channels))
    assert not np.isinf(message.values).any()
    json.dumps([message.channels, [x.to_document() for x in message.bad.values()]], allow_nan=False)
