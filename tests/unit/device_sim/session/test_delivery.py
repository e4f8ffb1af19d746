"""Messages wait, go out in order, are sent again until acknowledged, and are never lost quietly."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from device_sim.hub.link import LinkError, RefusedError
from device_sim.hub.message import Composer, Outgoing
from device_sim.hub.outbox import Outbox
from device_sim.hub.sdk_link import wait_within
from device_sim.hub.sender import connect_patiently
from device_sim.session.dispatch import Dispatch, NotConnectedError
from device_sim.session.log import RunLog
from device_sim.session.sink import FolderSink, NoSink
from tests.fakes.device_link import FakeLink


def messages(n: int, device: str = "d-1") -> list[Outgoing]:
    composer = Composer(device, "thermal", ["temperature_c"], "r")
    return [composer.compose([10 * k], [[1.0]], produced_at=k) for k in range(n)]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def deliver_all(link: FakeLink, n: int, folder: Path) -> RunLog:
    log = RunLog(FolderSink(folder))
    dispatch = Dispatch({"d-1": link}, store=1000, log=log)
    dispatch.start()
    for message in messages(n):
        dispatch.offer(message)
    async with asyncio.timeout(20):
        await dispatch.wait_until_empty()
    await dispatch.close()
    log.write_summary(finished=True, seconds=1.0)
    log.close()
    return log


async def test_messages_are_sent_again_until_acknowledged_in_order(tmp_path: Path) -> None:
    link = FakeLink(failures=2)
    log = await deliver_all(link, 4, tmp_path)
    assert [message.seq for message in link.sent] == [0, 1, 2, 3]
    assert link.attempts[:3] == ["d-1-r-0"] * 3
    assert (log.tally.sent, log.tally.failed_attempts, log.tally.undelivered) == (4, 2, 0)
    assert link.closed


async def test_the_log_has_a_line_a_message(tmp_path: Path) -> None:
    await deliver_all(FakeLink(failures=1), 3, tmp_path)
    found = lines(tmp_path / "sent.jsonl")
    assert [line["seq"] for line in found] == [0, 1, 2]
    assert {line["state"] for line in found} == {"sent"}
    assert found[1]["t"] == [10]
    assert found[1]["message_id"] == "d-1-r-1"
    assert all(line["sent_at"] <= line["acked_at"] for line in found)
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert (summary["messages"], summary["sent"], summary["finished"]) == (3, 3, True)


async def test_what_overflows_and_what_stays_is_counted(tmp_path: Path) -> None:
    log = RunLog(FolderSink(tmp_path))
    link = FakeLink(failures=10**9)
    dispatch = Dispatch({"d-1": link}, store=3, log=log)
    dispatch.start()
    sent = messages(10)
    dispatch.offer(sent[0])
    await link.until_attempts(1)
    for message in sent[1:]:
        dispatch.offer(message)
    await dispatch.close()
    states = {line["seq"]: line["state"] for line in lines(tmp_path / "sent.jsonl")}
    # The one on the wire stays: it may have arrived. Of the rest the newest are kept.
    assert [seq for seq, state in sorted(states.items()) if state == "unsent"] == [0, 8, 9]
    assert (log.tally.overflowed, log.tally.unsent, log.tally.messages) == (7, 3, 10)


async def test_a_producer_that_can_wait_never_overflows(tmp_path: Path) -> None:
    log = RunLog(FolderSink(tmp_path))
    link = FakeLink()
    dispatch = Dispatch({"d-1": link}, store=2, log=log)
    dispatch.start()
    async with asyncio.timeout(5):
        for message in messages(50):
            await dispatch.offer_when_free(message, asyncio.Event())
        await dispatch.wait_until_empty()
    await dispatch.close()
    assert [message.seq for message in link.sent] == list(range(50))
    assert log.tally.undelivered == 0


async def test_a_call_that_takes_too_long_is_left_to_itself() -> None:
    ended = asyncio.Event()

    async def slow() -> None:
        await asyncio.sleep(0.05)
        ended.set()

    with pytest.raises(TimeoutError):
        await wait_within(0.01, slow())
    async with asyncio.timeout(5):
        await ended.wait()


async def test_a_call_in_time_passes_its_error_on() -> None:
    async def make_failing() -> None:
        raise LinkError("no")

    with pytest.raises(LinkError):
        await wait_within(5, make_failing())


async def test_a_producer_that_waits_can_be_stopped(tmp_path: Path) -> None:
    log = RunLog(FolderSink(tmp_path))
    dispatch = Dispatch({"d-1": FakeLink(failures=10**9)}, store=2, log=log)
    dispatch.start()
    first, second, third = messages(3)
    stop = asyncio.Event()
    await dispatch.offer_when_free(first, stop)
    await dispatch.offer_when_free(second, stop)
    waiting = asyncio.create_task(dispatch.offer_when_free(third, stop))
    await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(5):
        await waiting
    await dispatch.close()
    assert (log.tally.messages, log.tally.unsent, log.tally.overflowed) == (3, 3, 0)


async def test_connecting_is_tried_again() -> None:
    link = FakeLink(connects_after=2)
    await connect_patiently(link, within_s=10)
    assert link.connections == 3


async def test_connecting_ends_with_its_time() -> None:
    with pytest.raises(LinkError, match="nobody there"):
        await connect_patiently(FakeLink(connects_after=10**9), within_s=0.3)


async def test_a_refused_key_is_not_tried_again() -> None:
    link = FakeLink(refuses=True)
    with pytest.raises(RefusedError):
        await connect_patiently(link, within_s=10)
    assert link.connections == 1


async def test_a_device_that_cannot_connect_is_named() -> None:
    dispatch = Dispatch(
        {"d-1": FakeLink(), "d-2": FakeLink(refuses=True)}, store=2, log=RunLog(NoSink())
    )
    with pytest.raises(NotConnectedError, match="device d-2 cannot connect: bad key"):
        await dispatch.connect()


async def test_an_outbox_wakes_who_waits() -> None:
    outbox = Outbox(2)
    first, second, third = messages(3)
    waiting = asyncio.create_task(outbox.wait_for_first())
    await asyncio.sleep(0)
    assert outbox.keep(first) is None
    assert await waiting is first
    outbox.keep(second)
    blocked = asyncio.create_task(outbox.wait_for_space())
    emptied = asyncio.create_task(outbox.wait_until_empty())
    await asyncio.sleep(0)
    assert not blocked.done()
    assert outbox.acknowledge() is first
    await blocked
    outbox.keep(third)
    assert [outbox.acknowledge(), outbox.acknowledge()] == [second, third]
    await emptied
    assert len(outbox) == 0


def test_an_outbox_needs_room_for_one_being_sent_and_one_waiting() -> None:
    with pytest.raises(ValueError, match="at least"):
        Outbox(1)
