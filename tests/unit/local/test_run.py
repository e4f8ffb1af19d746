"""What suits a fleet of a size, where nothing is asked for."""

from __future__ import annotations

import pytest

from local.run import choose_history_s, choose_scores_apart


@pytest.mark.parametrize(
    ("asked", "devices", "apart"),
    [(None, 250, False), (None, 251, True), (True, 5, True), (False, 1_000, False)],
)
def test_a_large_fleet_is_scored_apart(asked: bool | None, devices: int, apart: bool) -> None:
    assert choose_scores_apart(asked, devices, "embedded") is apart


def test_core_tools_are_one_host() -> None:
    assert choose_scores_apart(None, 1_000, "func") is False
    with pytest.raises(ValueError, match="--scores-apart is of the embedded host"):
        choose_scores_apart(True, 5, "func")


def test_a_large_fleet_brings_no_history() -> None:
    assert (choose_history_s(None, 250), choose_history_s(None, 251)) == (120.0, 0.0)
    assert choose_history_s(7.0, 1_000) == 7.0
