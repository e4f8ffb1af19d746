"""Messages that are decoded together come out as if each were alone."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW, PROFILES, document, envelope
from tocsin.domain.errors import InvalidMessageError
from tocsin.domain.messages.decode import decode, decode_all
from tocsin.domain.messages.telemetry import Envelope, Message

CELLS = st.sampled_from(
    ["1", "2.5", "null", "NaN", "1e999", "-999", "true", '"2"', "1" + "0" * 400]
)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    readings = draw(st.integers(1, 3))
    times = [NOW - 10 + at for at in range(readings)]
    named = draw(st.sampled_from([["speed_rpm", "heat_c"], ["heat_c"], ["speed_rpm", "wrong"]]))
    body = document(t=times, channels={name: ["cell"] * readings for name in named})
    text = json.dumps(body)
    for _ in range(readings * len(named)):
        text = text.replace('"cell"', draw(CELLS), 1)
    return envelope(draw(st.sampled_from([text.encode(), text.encode(), b"{", b"[]"])))


def decode_alone(sent: Envelope) -> Message | InvalidMessageError:
    try:
        return decode(sent, PROFILES, now_ms=NOW)
    except InvalidMessageError as error:
        return error


@given(st.lists(envelopes(), max_size=8))
def test_each_comes_out_as_if_it_were_alone(sent: list[Envelope]) -> None:
    together = decode_all(sent, PROFILES, now_ms=NOW)
    assert len(together) == len(sent)
    for each, found in zip(sent, together, strict=True):
        alone = decode_alone(each)
        if isinstance(alone, InvalidMessageError) or isinstance(found, InvalidMessageError):
            assert (type(found), str(found)) == (type(alone), str(alone))
            continue
        assert (found.envelope, found.seq, found.times) == (each, alone.seq, alone.times)
        np.testing.assert_array_equal(found.values, alone.values)
        assert (found.channels, found.bad, found.told) == (alone.channels, alone.bad, alone.told)
