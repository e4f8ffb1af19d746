"""The bounded queue of frames that wait for one client."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.standins.webpubsub.errors import SlowClientError
from local.standins.webpubsub.sessions.outbox import Frame, Outbox

NOW = 100.0


def taken(outbox: Outbox) -> list[str | bytes]:
    contents = []
    while (frame := outbox.take(NOW)) is not None:
        contents.append(frame.content)
    return contents


def filled(*sequence_ids: int) -> Outbox:
    outbox = Outbox()
    for number in sequence_ids:
        outbox.push(Frame(str(number), number))
    return outbox


def test_frames_come_out_in_order_once() -> None:
    outbox = filled(1, 2, 3)
    assert taken(outbox) == ["1", "2", "3"]
    assert taken(outbox) == []


def test_a_rewind_repeats_what_was_not_acknowledged_after_the_greeting() -> None:
    outbox = filled(1, 2, 3)
    taken(outbox)
    outbox.acknowledge(1)
    outbox.push(Frame("lost answer"))
    outbox.rewind(Frame("hello"))
    assert taken(outbox) == ["hello", "2", "3"]


def test_frames_acknowledged_after_a_rewind_are_not_repeated() -> None:
    outbox = filled(1, 2, 3)
    taken(outbox)
    outbox.rewind(Frame("hello"))
    outbox.acknowledge(2)
    assert taken(outbox) == ["hello", "3"]


def test_an_acknowledgement_of_what_was_never_sent_loses_nothing_later() -> None:
    outbox = filled(1)
    outbox.acknowledge(2**63)
    outbox.push(Frame("2", 2))
    assert taken(outbox) == ["2"]


def test_expired_frames_are_skipped() -> None:
    outbox = Outbox()
    outbox.push(Frame("old", 1, expires_at=NOW))
    outbox.push(Frame("new", 2, expires_at=NOW + 1))
    assert taken(outbox) == ["new"]


def test_frames_to_acknowledge_count_until_they_are() -> None:
    outbox = Outbox(max_frames=2)
    for number in (1, 2):
        outbox.push(Frame("x", number))
    taken(outbox)
    with pytest.raises(SlowClientError, match="2 frames"):
        outbox.push(Frame("x", 3))
    outbox.acknowledge(1)
    outbox.push(Frame("x", 3))


def test_other_frames_count_until_they_are_taken() -> None:
    outbox = Outbox(max_bytes=3)
    outbox.push(Frame("ab"))
    with pytest.raises(SlowClientError):
        outbox.push(Frame("cd"))
    taken(outbox)
    outbox.push(Frame("cd"))


@given(st.lists(st.sampled_from(["push", "answer", "take", "acknowledge", "rewind"])))
def test_what_is_held_never_passes_the_bound_nor_leaks(steps: list[str]) -> None:
    outbox = Outbox(max_frames=5)
    last = 0
    for step in steps:
        try:
            if step == "push":
                outbox.push(Frame("x", last + 1))
                last += 1
            elif step == "answer":
                outbox.push(Frame("x"))
            elif step == "take":
                outbox.take(NOW)
            elif step == "acknowledge":
                outbox.acknowledge(last)
            else:
                outbox.rewind(Frame("hello"))
        except SlowClientError:
            pass
        assert 0 <= outbox._frames <= 6  # a greeting may come on top
    outbox.acknowledge(last)
    taken(outbox)
    assert (outbox._frames, outbox._bytes) == (0, 0)
