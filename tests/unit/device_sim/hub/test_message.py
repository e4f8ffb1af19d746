"""Messages of the simulator are what the product accepts, and never beyond the limits."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from device_sim.clock import now_ms
from device_sim.errors import MessageLimitError
from device_sim.hub.message import MAX_READINGS, Composer, encode_body
from device_sim.signals.stream import SignalStream
from tocsin.domain.messages.decode import decode
from tocsin.domain.messages.telemetry import Envelope
from tocsin.profiles import load_profiles

PROFILES = load_profiles()


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_the_product_decodes_what_a_device_sends(profile: str) -> None:
    start_ms = now_ms() - 20_000
    times, values = SignalStream("d-1", PROFILES[profile], seed=1, start_ms=start_ms).take(10)
    values[3, 0] = math.nan
    composer = Composer("d-1", profile, PROFILES[profile].channel_names, "r")
    message = composer.compose(times.tolist(), values.tolist(), produced_at=now_ms())
    envelope = Envelope(
        body=message.body,
        device_id="d-1",
        site_id="north",
        enqueued_at=now_ms(),
        partition="0",
        sequence_number=1,
        properties={},
    )
    decoded = decode(envelope, PROFILES, now_ms=now_ms())
    assert decoded.t.tolist() == times.tolist()
    assert decoded.seq == 0
    assert decoded.values == pytest.approx(values, rel=1e-6, nan_ok=True)


def test_seq_and_id_grow_with_each_message() -> None:
    composer = Composer("d-1", "thermal", ["temperature_c"], "run7")
    messages = [composer.compose([n], [[20.0]], produced_at=n) for n in range(3)]
    assert [message.seq for message in messages] == [0, 1, 2]
    assert [message.message_id for message in messages] == [f"d-1-run7-{n}" for n in range(3)]
    assert messages[1].created_utc == "1970-01-01T00:00:00.001000+00:00"


def test_what_a_device_tells_of_itself_goes_beside_its_channels() -> None:
    composer = Composer("o-1", "thermal", ["temperature_c"], "r", told_by="switch")
    told = composer.compose([1, 2], [[20.0], [21.0]], produced_at=2, told=["on", ""])
    assert json.loads(told.body)["channels"]["switch"] == ["on", None]
    silent = composer.compose([3], [[22.0]], produced_at=3)
    assert json.loads(silent.body)["channels"] == {"temperature_c": [22.0]}


def test_what_is_no_number_becomes_null() -> None:
    body = encode_body("thermal", 0, [1, 2, 3], ["temperature_c"], [[math.nan], [math.inf], [1.5]])
    assert json.loads(body)["channels"] == {"temperature_c": [None, None, 1.5]}


@pytest.mark.parametrize(
    ("times", "channels", "values", "said"),
    [
        ([], ["a"], [], "0 readings"),
        (list(range(1001)), ["a"], [[1.0]] * 1001, "1001 readings"),
        ([1], [], [[]], "0 channels"),
        ([1], [f"c{n}" for n in range(65)], [[1.0] * 65], "65 channels"),
        ([2, 2], ["a"], [[1.0], [1.0]], "must increase"),
        ([2, 1], ["a"], [[1.0], [1.0]], "must increase"),
        ([1, 2], ["a"], [[1.0]], "one value a channel"),
        ([1], ["a", "b"], [[1.0]], "one value a channel"),
    ],
)
def test_a_message_beyond_the_limits_is_refused(
    times: list[int], channels: list[str], values: list[list[float]], said: str
) -> None:
    with pytest.raises(MessageLimitError, match=said):
        encode_body("pump", 0, times, channels, values)


def test_a_message_too_large_is_refused() -> None:
    channels = [f"channel_{n}" for n in range(64)]
    times = [1_795_332_074_190 + n for n in range(MAX_READINGS)]
    with pytest.raises(MessageLimitError, match="smaller --batch"):
        encode_body("pump", 0, times, channels, [[1.2345678] * 64] * MAX_READINGS)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_the_largest_batch_of_every_profile_fits(profile: str) -> None:
    times, values = SignalStream("d-1", PROFILES[profile], seed=1, start_ms=0).take(MAX_READINGS)
    channels = PROFILES[profile].channel_names
    body: dict[str, Any] = json.loads(
        encode_body(profile, 0, times.tolist(), channels, values.tolist())
    )
    assert len(body["t"]) == MAX_READINGS
