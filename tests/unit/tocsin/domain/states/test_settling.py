from __future__ import annotations

import pytest

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.states.settling import MARGIN, STARTS, UNSETTLED, Settling, find_stretch


def after_starts(*highest: float) -> Settling:
    settling = UNSETTLED
    for score in highest:
        settling = settling.note_score(0, score).note_peak(10.0).end_start()
    return settling


def test_stretches_are_each_twice_as_long_as_the_one_before() -> None:
    assert [find_stretch(windows) for windows in (0.9, 1, 1.9, 2, 3.9, 4, 127.9, 128)] == [
        None, 0, 0, 1, 1, 2, 6, 7,
    ]  # fmt: skip


def test_a_first_start_is_held_against_itself() -> None:
    settling = UNSETTLED.note_score(0, 4.0)
    assert settling.find_floor(0) is None
    assert settling.find_floor(1) == MARGIN * 4.0
    # What gets odder does not become what is usual.
    assert settling.note_score(1, 5.0).find_floor(2) == MARGIN * 4.0
    assert settling.note_score(1, 2.0).find_floor(2) == MARGIN * 2.0
    assert settling.find_floor(3) is None


def test_one_bad_start_of_three_does_not_excuse_the_next() -> None:
    assert after_starts(2.0, 90.0, 3.0).find_floor(0) == MARGIN * 3.0
    assert after_starts(2.0, 3.0).find_floor(0) is None


def test_only_the_last_starts_count() -> None:
    settling = after_starts(9.0, 9.0, 9.0, 1.0, 2.0, 3.0)
    assert len(settling.before) == STARTS
    assert settling.find_floor(0) == MARGIN * 2.0


def test_a_start_overshoots_what_three_starts_and_work_have_shown() -> None:
    assert not after_starts(1.0, 1.0).overshoots(99.0, 10.0)
    known = after_starts(1.0, 1.0, 1.0)
    assert not known.overshoots(12.0, 10.0)
    assert known.overshoots(14.0, 10.0)
    assert not known.overshoots(14.0, 12.0)
    assert not known.overshoots(float("nan"), 10.0)


def test_another_model_leaves_only_what_is_told_in_units() -> None:
    forgot = after_starts(1.0, 1.0, 1.0).note_idle(3.0).forget_scores()
    assert forgot.find_floor(0) is None
    assert forgot.overshoots(14.0, 10.0)
    assert (forgot.idle, forgot.idled) == (0.0, 0)


def test_it_survives_its_document() -> None:
    settling = after_starts(1.0, 2.5).note_score(0, 3.25).note_idle(1.5)
    assert Settling.from_document(settling.to_document()) == settling


@pytest.mark.parametrize(
    "change",
    [{"before": [3]}, {"now": {"scores": ["x"], "peak": 1}}, {"idled": "2"}, {"now": None}],
)
def test_a_damaged_document_is_named(change: dict[str, object]) -> None:
    with pytest.raises(DamagedDocumentError):
        Settling.from_document({**UNSETTLED.to_document(), **change})
