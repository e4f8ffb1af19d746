"""Whatever a device sends, and whatever it is called, it harms itself alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW, document, envelope, stream
from tests.fakes.services import Plant
from tocsin.domain.messages.telemetry import Envelope

HEALTHY = "rig-1"
# With lone surrogates, which JSON can carry and no database takes.
TEXT = st.one_of(st.text(max_size=8), st.sampled_from(["\ud800", "a/b", "..", "x" * 3_000]))
NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(), st.sampled_from([0, NOW, 10**400, 1e300])
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=8,
)
# Nearly right, where a slip goes deepest.
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "schema": JSON,
        "profile": JSON,
        "seq": JSON,
        "deviceId": JSON,
        "t": st.one_of(JSON, st.lists(NUMBERS, max_size=3), st.just([NOW - 9_000])),
        "channels": st.one_of(
            JSON, st.dictionaries(st.sampled_from(["speed_rpm", "heat_c", "\ud800"]), JSON)
        ),
    },
).map(lambda changes: document(**changes))
BODIES = st.one_of(
    st.binary(max_size=40),
    st.one_of(JSON, NEARLY).map(lambda content: json.dumps(content).encode()),
    st.sampled_from([b"[" * 100_000, b'{"t":' * 2_000, b"1" * 5_000, b"\xed\xa0\x80", b""]),
)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    return Envelope(
        body=draw(BODIES),
        device_id=draw(st.one_of(TEXT, st.sampled_from([HEALTHY, "", "rig-2", "9" * 1_100]))),
        site_id=draw(st.one_of(TEXT, st.just("north"))),
        enqueued_at=draw(st.one_of(st.just(NOW), st.integers(0, 2 * NOW))),
        partition="0",
        sequence_number=0,
        properties=draw(st.dictionaries(TEXT, TEXT, max_size=2)),
    )


async def check_neighbour(poison: Sequence[Envelope], plant: Plant) -> dict[str, Any]:
    """Score *poison* among a healthy device's messages; all of these are stored, none raises."""
    log = stream([4, 4, 4], device_id="healthy")
    batch = [log[0], *poison, log[1]]
    for _ in range(2):  # delivered again, it harms as little
        await plant.score(batch)
        await plant.score([*poison, log[2]])
    stored = [found for found in plant.store.all("readings") if found["deviceId"] == "healthy"]
    assert [found["seq"] for found in stored] == [0, 1, 2]
    (record,) = [found for found in plant.store.all("devices") if found["id"] == "healthy"]
    assert record["lastSeq"] == 2
    return record


@given(st.lists(envelopes(), min_size=1, max_size=6))
async def test_the_healthy_neighbour_is_always_stored(drawn: list[Envelope]) -> None:
    plant = Plant()
    poison = [replace(sent, sequence_number=100 + at) for at, sent in enumerate(drawn)]
    await check_neighbour(poison, plant)
    known = {(letter["deviceId"], letter["body"]) for letter in plant.dead_letters.files.values()}
    stored = {found["deviceId"] for found in plant.store.all("readings")}
    assert {sent.device_id for sent in poison} <= {device for device, _ in known} | stored


@given(st.data())
async def test_what_the_database_refuses_becomes_a_letter(data: st.DataObject) -> None:
    """Whatever passes the checks at the edge and is refused all the same."""
    plant = Plant()
    container = data.draw(st.sampled_from(["readings", "alerts", "devices"]))
    plant.store.refused = {(container, "rig-2")}
    bad = stream([8] * 5, device_id="rig-2", odd=range(20, 24))
    await check_neighbour(bad, plant)
    letters = [found["reason"] for found in plant.dead_letters.files.values()]
    assert set(letters) == {"refused"}
    assert len(letters) == 5
    assert plant.memory.get("rig-2") is None or container == "readings"


async def test_a_letter_that_the_box_never_takes_is_told_and_holds_up_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plant = Plant()
    plant.dead_letters.refused = {"not-json"}
    await check_neighbour([envelope(b"x", device_id="rig-2")], plant)
    assert "A message of 'rig-2' is lost: the box takes no letter not-json" in caplog.messages
