"""Whatever comes again, late, in any order or after a crash: rollups are those of all readings."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.documents import CrashError
from tests.fakes.messages import NOW
from tests.fakes.records import decided_message
from tests.fakes.rollups import FakeRollups
from tests.fakes.store import FakeStore
from tocsin.domain.charts.cells import Cells
from tocsin.domain.charts.rollup import (
    DAY_MS,
    HOUR,
    HOUR_MS,
    MINUTE,
    MINUTE_MS,
    Rollup,
    cut_rollups,
)
from tocsin.domain.charts.rollup_progress import Arrival, find_complete, start_hour
from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.devices.readings import DecidedMessage
from tocsin.domain.errors import RefusedError
from tocsin.usecases.rollups.roll_up import RollupMemory, roll_up

START = HOUR.start(NOW)
END = START + 5 * HOUR_MS
LAST = END + 4 * HOUR_MS
DEVICES = ("rig-1", "rig-2")


class Feed:
    """A database, its change feed, and a process that follows it."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.rollups = FakeRollups(self.store)
        self.memory = RollupMemory()
        self.written: list[DecidedMessage] = []
        self.seen = 0

    def write(self, *messages: DecidedMessage) -> None:
        asyncio.run(self.store.save_readings(messages))
        self.written += messages

    def follow(self, most: int = 500) -> None:
        """Take the next batch; a run that breaks off leaves it to come again."""
        batch = self.written[self.seen : self.seen + most]
        arrivals = [Arrival.from_document(message.to_document()) for message in batch]
        asyncio.run(roll_up(arrivals, rollups=self.rollups, memory=self.memory))
        self.seen += len(batch)

    def crash(self, writes: int, most: int) -> None:
        """Take the next batch, but end after so many writes; then begin anew."""
        self.store.crash_after = len(self.store.writes) + writes
        try:
            self.follow(most)
        except CrashError:
            self.memory = RollupMemory()
        self.store.crash_after = None

    def finish(self) -> None:
        """A last message of each device, so that all before it is complete; and read to the end."""
        self.write(*(message([LAST], device) for device in DEVICES))
        while self.seen < len(self.written):
            self.follow()

    def stored(self, device_id: str, resolution: str) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in one.items() if name != "_etag"}
            for one in sorted(self.store.all("rollups"), key=lambda one: int(one["start"]))
            if one["deviceId"] == device_id and one["resolution"] == resolution
        ]


def message(t: Sequence[int], device_id: str = "rig-1", seq: int = 0) -> DecidedMessage:
    return decided_message(t, device_id=device_id, seq=seq)


def expect(feed: Feed, device_id: str) -> tuple[list[Any], list[Any]]:
    """The documents of minutes and of hours that follow from all readings but the last."""
    documents = [one for one in feed.store.all("readings") if one["deviceId"] == device_id]
    found = [StoredMessage.from_document(one) for one in documents]
    until = find_complete(device_id, LAST)
    minutes = Cells.of_messages(found, MINUTE_MS, from_t=0, to_t=until)
    hours = minutes.between(0, start_hour(until)).gather(HOUR_MS)
    return tuple(
        [json.loads(json.dumps(one.to_document())) for one in cut_rollups(device_id, cells, res)]
        for cells, res in ((minutes, MINUTE), (hours, HOUR))
    )  # type: ignore[return-value]  # a pair


def without_means(documents: list[Any]) -> list[Any]:
    """Hours are made of minutes whose means were rounded, so theirs may differ in the last digit;
    and a threshold is that of the newest message of those at hand."""
    for one in documents:
        one["threshold"] = None
        for part in one["series"].values():
            part["mean"] = [None if mean is None else float(f"{mean:.4g}") for mean in part["mean"]]
    return documents


def check(feed: Feed) -> None:
    for device_id in DEVICES:
        minutes, hours = expect(feed, device_id)
        assert without_means(feed.stored(device_id, "minute")) == without_means(minutes)
        assert without_means(feed.stored(device_id, "hour")) == without_means(hours)


times = st.integers(START, END)
SPANS = (0, 5_000, MINUTE_MS, 25 * MINUTE_MS, 2 * HOUR_MS)
spans = st.sampled_from(SPANS)
sent = st.tuples(times, spans, st.sampled_from(DEVICES), st.integers(0, 3))
steps = st.one_of(
    st.tuples(st.just("write"), st.lists(sent, min_size=1, max_size=6)),
    st.tuples(st.just("again"), st.integers(0, 99)),
    st.tuples(st.just("follow"), st.integers(1, 9)),
    st.tuples(st.just("crash"), st.tuples(st.integers(0, 5), st.integers(1, 9))),
    st.tuples(st.just("restart"), st.none()),
)


@given(st.lists(steps, max_size=25), st.booleans())
def test_any_history_ends_in_the_rollups_of_all_readings(
    history: list[tuple[str, Any]], in_order: bool
) -> None:
    feed = Feed()
    newest = START
    for step, value in history:
        if step == "write":
            for t, span, device_id, seq in value:
                first = newest + (t - START) % (15 * MINUTE_MS) if in_order else t
                newest = max(newest, first)
                if first <= END:
                    # The number tells the spans apart: no two messages have one id.
                    number = 4 * SPANS.index(span) + seq
                    feed.write(
                        message(sorted({first, first + span // 2, first + span}), device_id, number)
                    )
        elif step == "again" and feed.written:
            feed.write(feed.written[value % len(feed.written)])
        elif step == "follow":
            feed.follow(value)
        elif step == "crash":
            feed.crash(*value)
        elif step == "restart":
            feed.memory = RollupMemory()
    feed.finish()
    check(feed)


def minutes_of(feed: Feed, device_id: str = "rig-1") -> list[int]:
    return [(one["start"] - START) // MINUTE_MS for one in feed.stored(device_id, "minute")]


def test_a_stretch_is_rolled_up_when_the_next_has_begun_and_the_hour_with_it() -> None:
    feed = Feed()
    for minute in range(0, 61, 5):
        feed.write(message([START + minute * MINUTE_MS, START + minute * MINUTE_MS + 5]))
    feed.follow()
    assert minutes_of(feed) == [0, 10, 20, 30, 40]
    assert feed.stored("rig-1", "hour") == []
    feed.write(message([START + 65 * MINUTE_MS]))
    feed.follow()
    assert minutes_of(feed) == [0, 10, 20, 30, 40, 50]
    (hour,) = feed.stored("rig-1", "hour")
    assert (hour["t"], hour["readings"]) == ([START], [24])


def test_a_late_message_is_taken_in() -> None:
    feed = Feed()
    feed.write(*(message([START + minute * MINUTE_MS]) for minute in range(0, 130, 2)))
    feed.follow()
    feed.write(message([START + 7, START + 15 * MINUTE_MS + 7], seq=9))
    feed.follow()
    first, second, *_ = feed.stored("rig-1", "minute")
    assert (first["readings"][0], sum(second["readings"])) == (2, 6)
    assert feed.stored("rig-1", "hour")[0]["readings"] == [32, 30]


def test_what_comes_again_is_not_written_again() -> None:
    feed = Feed()
    feed.write(*(message([START + minute * MINUTE_MS]) for minute in range(0, 130, 2)))
    feed.follow()
    before = [name for name, _ in feed.store.writes].count("rollups")
    feed.seen = 0
    feed.follow()
    assert [name for name, _ in feed.store.writes].count("rollups") == before


def test_expired_messages_leave_their_rollups() -> None:
    feed = Feed()
    first = [START + minute * MINUTE_MS for minute in range(0, 130, 2)]
    feed.write(*(message([t, t + 5]) for t in first))
    feed.follow()
    before = feed.stored("rig-1", "minute"), feed.stored("rig-1", "hour")
    feed.store.containers["readings"].clear()
    feed.write(message([START + 7], seq=9))
    feed.follow()
    assert (feed.stored("rig-1", "minute"), feed.stored("rig-1", "hour")) == before


def test_a_message_over_years_costs_a_bounded_number_of_reads(
    caplog: pytest.LogCaptureFixture,
) -> None:
    feed = Feed()
    feed.write(message([START]), message([START + DAY_MS]))
    feed.follow()
    feed.write(message([START - number * 10 * DAY_MS for number in range(1_000)][::-1], seq=9))
    before = feed.store.reads
    with caplog.at_level(logging.WARNING):
        feed.follow()
    assert feed.store.reads - before < 1_000
    assert "late stretches of device 'rig-1'" in caplog.text


def test_a_damaged_message_or_rollup_holds_up_nothing() -> None:
    feed = Feed()
    feed.write(*(message([START + minute * MINUTE_MS]) for minute in range(0, 130, 2)))
    feed.follow()
    rows = feed.store.containers["readings"]
    key = ("rig-1", f"{START}-0")
    rows[key] = json.dumps({**json.loads(rows[key]), "score": ["x"]})
    rollups = feed.store.containers["rollups"]
    key = ("rig-1", f"minute-{START}")
    rollups[key] = json.dumps({**json.loads(rollups[key]), "t": "x"})
    feed.seen = 0
    feed.follow()
    assert feed.stored("rig-1", "minute")[0]["t"] == [START + n * MINUTE_MS for n in (2, 4, 6, 8)]


def test_a_device_that_fails_leaves_the_others_their_turn() -> None:
    feed = Feed()
    for device_id in DEVICES:
        feed.write(*(message([START + minute * MINUTE_MS], device_id) for minute in (0, 20)))

    class Failing(FakeRollups):
        async def find_newest_rollup(self, device_id: str) -> int | None:
            if device_id == "rig-1":
                raise OSError("away")
            return await super().find_newest_rollup(device_id)

    feed.rollups = Failing(feed.store)
    with pytest.raises(OSError, match="away"):
        feed.follow()
    assert minutes_of(feed, "rig-2") == [0]


class RefusingRollups(FakeRollups):
    """Refuses the rollups of one device for good."""

    async def save_rollup(self, rollup: Rollup) -> None:
        if rollup.device_id == DEVICES[0]:
            raise RefusedError("refused for good")
        await super().save_rollup(rollup)


def test_a_device_whose_rollups_are_refused_for_good_keeps_no_other_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    feed = Feed()
    feed.rollups = RefusingRollups(feed.store)
    for minute in range(0, 31, 5):
        feed.write(*(message([START + minute * MINUTE_MS], device) for device in DEVICES))
    feed.follow()
    assert minutes_of(feed, DEVICES[0]) == []
    assert minutes_of(feed, DEVICES[1]) != []
    assert f"Device {DEVICES[0]!r} is not rolled up further" in caplog.text
