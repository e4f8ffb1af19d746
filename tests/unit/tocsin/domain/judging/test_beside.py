from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.judging.beside import NOTHING, Beside, join_alert, note_raised

NAMES = ("heat_c", "speed_rpm")
SETTLED = 10  # readings


def join(rows: list[tuple[bool, bool]], cuts: list[int]) -> tuple[Beside, list[tuple[int, str]]]:
    """All that is raised over *rows*, in pieces that end at *cuts*."""
    above = np.array(rows, dtype=np.bool_).reshape(-1, 2)
    beside, raised, start = NOTHING, [], 0
    for end in sorted({*cuts, len(rows)}):
        if end <= start or end > len(rows):
            continue
        own = {name: above[start:end, index] for index, name in enumerate(NAMES)}
        settled = np.arange(start, end) >= SETTLED
        beside, found = join_alert(beside, own, settled, 3)
        raised += [(start + at, name) for at, name in found]
        start = end
    return beside, raised


@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60),
    st.lists(st.integers(1, 59), max_size=12),
)
def test_any_cut_raises_the_same(rows: list[tuple[bool, bool]], cuts: list[int]) -> None:
    whole, raised = join(rows, [])
    in_pieces, raised_in_pieces = join(rows, cuts)
    assert (in_pieces, sorted(raised_in_pieces)) == (whole, sorted(raised))
    assert len(raised) == len({name for _, name in raised}), "each channel once"
    assert all(at >= SETTLED + 2 for at, _ in raised)


def test_what_is_to_blame_in_the_first_window_belongs_to_the_alert() -> None:
    rows = [(True, False)] * 30
    assert join(rows, []) == (Beside(frozenset({"heat_c"})), [])


def test_what_comes_later_and_lasts_is_called() -> None:
    rows = [(True, False)] * 20 + [(True, True)] * 2 + [(True, False)] + [(True, True)] * 4
    assert join(rows, [21, 24]) == (Beside(frozenset(NAMES)), [(25, "speed_rpm")])


def test_it_survives_its_document() -> None:
    beside = note_raised(Beside(frozenset({"a", "b"}), {"c": 2}, {"a": 5}), [(9, "b")])
    assert beside.raised == {"a": 5, "b": 9}
    assert Beside.from_document(beside.to_document()) == beside
