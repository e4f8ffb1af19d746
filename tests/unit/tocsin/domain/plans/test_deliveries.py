"""An order is confirmed, or marked, sent again and finally reported; never forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tocsin.domain.plans.deliveries import (
    CONFIRM_WITHIN_MS,
    MOST_ATTEMPTS,
    Delivery,
    is_due,
    note_report,
    note_sent,
    note_unsent,
    supersede,
)
from tocsin.domain.plans.orders import Refusal, Report

LATER = NOW + CONFIRM_WITHIN_MS
RUNS_6 = Report(6, frozenset({"a"}), NOW - 60_000)
RUNS_7 = Report(7, frozenset({"a"}), NOW + 400)
RUNS_9 = Report(9, frozenset({"a"}), NOW - 60_000)


def test_a_new_order_is_due_and_a_sent_one_is_not_until_it_is_late() -> None:
    new = Delivery(7)
    assert is_due(new, NOW)
    told = note_sent(new, NOW)
    assert (told.state, told.attempts) == ("sent", 1)
    assert not is_due(told, LATER - 1)
    assert is_due(told, LATER)


def test_what_the_device_runs_confirms_at_the_time_it_says() -> None:
    told = note_sent(Delivery(7), NOW)
    confirmed = note_report(told, RUNS_7, NOW + 900)
    assert (confirmed.state, confirmed.confirmed_at) == ("confirmed", NOW + 400)
    assert not confirmed.is_open
    early = note_report(told, Report(7, frozenset(), NOW - 5_000), NOW + 900)
    assert early.confirmed_at == NOW, "no device obeys before it is told, whatever its clock says"
    ahead = note_report(told, Report(7, frozenset(), NOW + 99_000), NOW + 900)
    assert ahead.confirmed_at == NOW + 900


def test_an_older_version_is_waited_for_then_marked_and_sent_again() -> None:
    told = note_sent(Delivery(7), NOW)
    assert note_report(told, RUNS_6, LATER - 1) == told
    late = note_report(told, RUNS_6, LATER)
    assert late.state == "late"
    assert late.text == "not confirmed in time: it runs version 6"
    assert is_due(late, LATER)
    assert note_sent(late, LATER).state == "late"


def test_after_the_last_attempt_it_is_given_up_and_says_why() -> None:
    delivery, now = Delivery(7), NOW
    for _ in range(MOST_ATTEMPTS):
        assert is_due(delivery, now)
        delivery = note_sent(note_report(delivery, None, now), now)
        now += CONFIRM_WITHIN_MS
    given_up = note_report(delivery, None, now)
    assert given_up.state == "failed"
    assert given_up.text == "not confirmed in time: it has reported nothing (3 orders)"
    assert not is_due(given_up, now + 10 * CONFIRM_WITHIN_MS)


def test_an_order_that_the_hub_does_not_take_is_tried_as_often() -> None:
    delivery, now = Delivery(7), NOW
    for _ in range(MOST_ATTEMPTS):
        delivery = note_unsent(delivery, "IoT Hub answered 429", now)
        assert delivery.state == "late"
        now += CONFIRM_WITHIN_MS
    assert note_report(delivery, None, now).state == "failed"


def test_a_refusal_and_a_newer_version_are_reported_at_once() -> None:
    told = note_sent(Delivery(7), NOW)
    refused = Report(6, frozenset(), NOW, Refusal(7, "malformed"))
    assert note_report(told, refused, NOW).text == "refused (malformed); it runs version 6"
    assert note_report(told, RUNS_9, NOW).text == "it runs version 9, which is newer"
    assert note_report(told, Report(6, frozenset(), NOW, Refusal(5, "stale")), NOW) == told


def test_a_device_that_comes_back_confirms_what_was_given_up() -> None:
    failed = note_report(
        note_sent(Delivery(7), NOW), Report(6, frozenset(), NOW, Refusal(7, "x")), NOW
    )
    assert note_report(failed, RUNS_7, LATER).state == "confirmed"
    assert note_report(failed, RUNS_9, LATER).state == "superseded"
    assert note_report(failed, RUNS_6, LATER) == failed


REPORTS = st.none() | st.builds(
    Report,
    st.integers(0, 9),
    st.just(frozenset()),
    st.integers(NOW - 9_000, NOW + 90_000),
    st.none() | st.builds(Refusal, st.none() | st.integers(0, 9), st.just("stale")),
)
STEPS = st.lists(st.tuples(st.integers(0, 20_000), REPORTS, st.booleans()), max_size=12)


@given(STEPS)
def test_whatever_happens_it_ends_and_its_times_make_sense(
    steps: list[tuple[int, Report | None, bool]],
) -> None:
    delivery, now = Delivery(7), NOW
    for wait, report, hub_answers in steps:
        now += wait
        delivery = note_report(delivery, report, now)
        if is_due(delivery, now):
            delivery = (
                note_sent(delivery, now) if hub_answers else note_unsent(delivery, "away", now)
            )
        assert delivery.attempts <= MOST_ATTEMPTS
        assert Delivery.from_document(delivery.to_document()) == delivery
        if delivery.state == "confirmed":
            assert delivery.sent_at is not None
            assert delivery.confirmed_at is not None
            assert delivery.sent_at <= delivery.confirmed_at <= now
        if delivery.state in {"failed", "late"}:
            assert delivery.text
    for _ in range(MOST_ATTEMPTS + 1):
        now += CONFIRM_WITHIN_MS
        delivery = note_report(delivery, None, now)
        if is_due(delivery, now):
            delivery = note_sent(delivery, now)
    assert delivery.state in {"confirmed", "failed", "superseded"}


def test_a_later_plan_takes_its_place() -> None:
    assert supersede(note_sent(Delivery(7), NOW), 8).text == "plan 8 ordered otherwise"
