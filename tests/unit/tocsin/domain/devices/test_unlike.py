"""A device unlike its kind says so: what is lifted from a threshold is never silent."""

from __future__ import annotations

from math import log

from tocsin.domain.devices.unlike import remark_on_level
from tocsin.domain.judging.adaptation import Usual

DAY = 86_400


def usual(level: float, readings: int, period_s: float = 1.0) -> Usual:
    return Usual(round(log(level) / (1e-6 * period_s)), readings)


def test_nothing_is_said_of_a_device_like_its_kind_or_hardly_known() -> None:
    assert [*remark_on_level(usual(1.2, DAY), 1_000)] == []
    assert [*remark_on_level(usual(0.8, DAY), 1_000)] == []
    assert [*remark_on_level(usual(1.5, 20), 1_000)] == []
    assert [*remark_on_level(usual(1.5, DAY), 0)] == []


def test_what_is_provisional_is_called_so() -> None:
    (said,) = remark_on_level(usual(1.5, 3_600), 1_000)
    assert "unlike its kind: its usual scores are 1.5 times as high" in said
    assert "provisionally by its own level, up to 1.6 times" in said
    assert "until 86400 readings are known" in said


def test_what_is_learned_is_not_provisional() -> None:
    (said,) = remark_on_level(usual(1.5, 1_440, 60.0), 60_000)
    assert said.endswith("so it is judged by its own level")
