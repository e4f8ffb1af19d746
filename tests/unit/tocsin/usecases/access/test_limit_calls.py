"""A caller who calls too often waits; nobody else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.messages import NOW
from tocsin.domain.errors import TooManyCallsError
from tocsin.usecases.access.limit_calls import CallLimits


def count_taken(limits: CallLimits, caller: str, now_ms: int, calls: int) -> int:
    """How many of *calls* are taken at once."""
    taken = 0
    for _ in range(calls):
        try:
            limits.take(caller, now_ms)
        except TooManyCallsError:
            break
        taken += 1
    return taken


def test_a_burst_is_taken_and_then_so_many_a_second() -> None:
    limits = CallLimits(per_s=2, burst=5)
    assert count_taken(limits, "ada", NOW, 9) == 5
    assert count_taken(limits, "ada", NOW + 1_000, 9) == 2
    assert count_taken(limits, "ada", NOW + 3_600_000, 99) == 5


def test_each_caller_has_an_own_bucket() -> None:
    limits = CallLimits(per_s=2, burst=5)
    assert count_taken(limits, "ada", NOW, 9) == 5
    assert count_taken(limits, "grace", NOW, 9) == 5


def test_it_says_when_to_call_again() -> None:
    limits = CallLimits(per_s=0.1, burst=1)
    limits.take("ada", NOW)
    with pytest.raises(TooManyCallsError, match="call again in 10 s") as raised:
        limits.take("ada", NOW)
    assert raised.value.wait_s == 10
    limits.take("ada", NOW + 10_000)


@given(st.lists(st.integers(min_value=-5_000, max_value=5_000), max_size=60))
def test_no_more_than_the_limit_is_ever_taken(steps_ms: list[int]) -> None:
    limits = CallLimits(per_s=2, burst=5)
    now_ms, taken = NOW, 0
    for step_ms in steps_ms:
        now_ms += step_ms
        taken += count_taken(limits, "ada", now_ms, 3)
    forward_s = sum(step_ms for step_ms in steps_ms if step_ms > 0) / 1_000
    assert taken <= 5 + 2 * forward_s
