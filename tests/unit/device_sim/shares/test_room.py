"""Limits of the operating system: raised where that is allowed, else said with the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_sim.errors import UsageError
from device_sim.shares.room import Limit, choose_limit, count_threads


@pytest.mark.parametrize("limit", [Limit(1_024, 4_096), Limit(850, 850), Limit(None, None)])
def test_what_is_enough_stays(limit: Limit) -> None:
    assert choose_limit("descriptors", 850, limit) is None


@pytest.mark.parametrize("hard", [850, 4_096, None])
def test_too_low_a_limit_is_raised_to_what_is_needed(hard: int | None) -> None:
    assert choose_limit("descriptors", 850, Limit(256, hard)) == 850


def test_what_cannot_be_raised_is_said_with_the_command_that_mends_it() -> None:
    with pytest.raises(UsageError, match=r"need 850 descriptors, and 512 are allowed") as caught:
        choose_limit("descriptors", 850, Limit(256, 512))
    assert "ulimit -n 850" in str(caught.value)
    with pytest.raises(UsageError, match="ulimit -u 3000"):
        choose_limit("threads", 3_000, Limit(1_000, 1_000))


def test_the_threads_of_the_machine_are_counted(tmp_path: Path) -> None:
    said = tmp_path / "loadavg"
    said.write_text("4.77 6.53 6.19 3/712 9207\n", encoding="ascii")
    assert count_threads(said) == 712
    assert count_threads(tmp_path / "none") == 0
