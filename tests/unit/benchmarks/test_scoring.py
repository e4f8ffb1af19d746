from __future__ import annotations

import json

import pytest

from benchmarks import scoring
from benchmarks.first_message import first_message
from benchmarks.scoring_path import Line, end_ms, make_batches
from tocsin.domain.packing.messages import unpack_message


@pytest.mark.parametrize("packs", [False, True])
async def test_a_batch_becomes_the_text_of_every_document(packs: bool) -> None:
    line = Line(packs=packs)
    for seq, events in enumerate(make_batches(line.profile, devices=3, count=10)):
        line.store.sent.clear()
        outcome = await line.score(events, now_ms=end_ms(seq + 1, line.profile))
    documents = [json.loads(text) for text in line.store.sent]
    assert (outcome.messages, outcome.readings, outcome.dead_letters) == (3, 30, 0)
    stored = [document for document in documents if "firstT" in document and "seq" in document]
    assert all(("packed" in document) == packs for document in stored)
    readings = [unpack_message(document) for document in stored]
    assert len(readings) == 3
    assert all(
        len(reading["channels"]) == 8 and reading["score"][-1] is not None for reading in readings
    )
    assert sum(document.get("type") == "telemetry" for document in documents) == 3, "one a site"


async def test_the_first_message_is_scored() -> None:
    assert await first_message() == 5, "100 readings fill the window of 96 five times"


def test_messages_are_the_same_at_each_run() -> None:
    profile = Line().profile
    first, again = (make_batches(profile, devices=2, count=1)[0] for _ in range(2))
    assert [event.get_body() for event in first] == [event.get_body() for event in again]


async def test_a_batch_and_its_floor_are_timed() -> None:
    path_s, floor_s = await scoring.time_paths(devices=2, rounds=1)
    assert min(path_s, floor_s) > 0


def test_a_process_that_fails_is_no_start() -> None:
    assert scoring.time_start(("-c", "print('scored')")) > 0
    with pytest.raises(RuntimeError, match="ended with 3"):
        scoring.time_start(("-c", "print('scored'); raise SystemExit(3)"))
