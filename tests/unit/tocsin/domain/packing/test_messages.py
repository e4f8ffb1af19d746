"""A stored message comes back from its packed document as it was, and a damaged one is named."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tests.fakes.records import decided_message
from tocsin.domain.charts.rollup_progress import Arrival
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.judging.decisions import Standing
from tocsin.domain.packing.dictionary import WORDS
from tocsin.domain.packing.messages import (
    pack_message,
    pack_messages,
    unpack_columns,
    unpack_message,
)

ADDED = {"readings", "anomalousReadings", "highestScore"}
NAMES = ("speed_rpm", "", 'Ö \\ "', "heat_c", "\U0001f525", "packed")
BAD = {"": {"at": [0], "values": ["n/a \u2028", 1e300]}}
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.none()


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Of any length, with any values, and with or without what few have."""
    count = draw(st.integers(1, 9))

    def draw_column(values: st.SearchStrategy[Any]) -> list[Any]:
        column: list[Any] = draw(st.lists(values, min_size=count, max_size=count))
        return column

    first, gap = draw(st.integers(0, 2**45)), draw(st.integers(1, 10**9))
    sent = decided_message(
        range(first, first + count * gap, gap),
        channels={name: draw_column(numbers) for name in NAMES[: draw(st.integers(0, 3))]},
        score=draw_column(numbers),
        standing=draw(st.sampled_from([None, Standing()])),
    )
    return {
        **sent.to_document(),
        "anomalous": draw_column(st.booleans()),
        "contributions": {
            name: draw_column(st.floats(0, 1)) for name in NAMES[: draw(st.integers(0, 2))]
        },
        **draw(st.sampled_from([{}, {"badValues": BAD, "states": [[0, "idle"]]}])),
    }


def store(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """As the database gives it back."""
    found: Mapping[str, Any] = json.loads(json.dumps(document))
    return found


def keep_odd(document: Mapping[str, Any]) -> dict[str, list[float]]:
    """The contributions that are kept: those of anomalous readings."""
    return {
        name: [
            share if odd else 0.0 for share, odd in zip(shares, document["anomalous"], strict=True)
        ]
        for name, shares in document["contributions"].items()
    }


@given(st.lists(documents(), max_size=3))
def test_packed_messages_come_back_as_they_were(sent: list[dict[str, Any]]) -> None:
    packed = pack_messages(sent)
    for document, found in zip(sent, packed, strict=True):
        back = unpack_message(store(found))
        kept = {name: value for name, value in back.items() if name not in ADDED}
        assert kept == {**document, "contributions": keep_odd(document)}
        assert json.dumps(back["channels"]) == json.dumps(
            {name: [None if v is None else float(v) for v in column]
             for name, column in document["channels"].items()}
        )  # fmt: skip
        assert pack_message(document) == found


def test_what_is_asked_for_or_looked_for_stays_outside() -> None:
    sent = decided_message([NOW, NOW + 5], score=[0.25, None], standing=Standing())
    packed = pack_message(sent.to_document())
    assert packed.pop("packed")
    assert packed == {
        "id": f"{NOW}-0",
        "deviceId": "rig-1",
        "siteId": "north",
        "schema": 1,
        "profile": "rig",
        "seq": 0,
        "firstT": NOW,
        "lastT": NOW + 5,
        "threshold": 1.0,
        "modelVersion": "1-a",
        "enqueuedAt": sent.scored.message.enqueued_at,
        "ttl": 30 * 24 * 3_600,
        "readings": 2,
        "anomalousReadings": 0,
        "highestScore": 0.25,
    }
    late = pack_message(decided_message([NOW], score=[None]).to_document())
    assert (late["highestScore"], late["late"]) == (None, True)


def test_ten_minutes_of_a_noisy_machine_take_less_than_three_bytes_a_value() -> None:
    """The text, the columns of five channels, their scores and times, and all that is beside."""
    generator = np.random.default_rng(7)
    channels = {
        f"heat{number}_c": np.round(20 + generator.normal(size=600), 2).tolist()
        for number in range(5)
    }
    scores = np.round(generator.gamma(4, 0.2, size=600), 4).tolist()
    sent = decided_message(range(NOW, NOW + 600_000, 1_000), channels=channels, score=scores)
    assert len(json.dumps(pack_message(sent.to_document()))) < 3.0 * 5 * 600


def test_every_reader_reads_packed_messages_and_such_as_are_not() -> None:
    plain = decided_message([NOW, NOW + 5], score=[0.25, None], standing=Standing()).to_document()
    packed = store(pack_message(plain))
    assert StoredMessage.from_document(packed) == StoredMessage.from_document(plain)
    assert Arrival.from_document(packed) == Arrival.from_document(plain)
    assert unpack_message(plain) is plain
    assert unpack_columns(plain) is plain
    assert "standing" not in unpack_columns(packed)


def _deflate(content: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15, zdict=WORDS)
    return deflate.compress(content) + deflate.flush()


def _change_packed(change: Callable[[bytes], bytes]) -> dict[str, Any]:
    packed = pack_message(decided_message([NOW, NOW + 5]).to_document())
    content = change(base64.b64decode(packed["packed"]))
    return {**packed, "packed": base64.b64encode(content).decode()}


@pytest.mark.parametrize(
    "damaged",
    [
        _change_packed(lambda content: content[:-3]),
        _change_packed(lambda content: content + b"\0"),
        _change_packed(lambda _: _deflate(struct.pack("<BHHII", 2, 1, 0, 0, 0))),
        _change_packed(
            lambda _: _deflate(struct.pack("<BHHII", 1, 1, 4, 9, 0) + b"[[5]]" + bytes(9))
        ),
        _change_packed(
            lambda _: _deflate(struct.pack("<BHHII", 1, 1, 4, 9, 0) + b"[[]]" + b"\x07" * 9)
        ),
        _change_packed(
            lambda _: _deflate(struct.pack("<BHHII", 1, 1, 4, 9, 0) + b"[[]]" + bytes(8))
        ),
        _change_packed(lambda _: b""),
        {**_change_packed(bytes), "packed": 5},
        {**_change_packed(bytes), "packed": "no base64"},
        {**_change_packed(bytes), "firstT": None},
        {**_change_packed(bytes), "firstT": 2**80},
    ],
)
def test_a_damaged_message_is_named(damaged: dict[str, Any]) -> None:
    for read in (StoredMessage.from_document, Arrival.from_document, unpack_message):
        with pytest.raises(DamagedDocumentError, match=f"{NOW}-0.* of device 'rig-1' is damaged"):
            read(damaged)


@given(st.binary(max_size=80))
def test_bytes_of_something_else_damage_no_more_than_their_message(content: bytes) -> None:
    packed = {"firstT": NOW, "packed": base64.b64encode(content).decode()}
    with pytest.raises(DamagedDocumentError):
        unpack_message(packed)
