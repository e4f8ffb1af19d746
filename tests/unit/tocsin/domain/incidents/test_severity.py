"""Three levels: by distance, breadth, what the device is needed for, and what is at fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tocsin.domain.alerts.alert import Cause
from tocsin.domain.incidents.severity import raise_to, rate_severity
from tocsin.domain.incidents.sources import Source, TopChannel
from tocsin.domain.limits.bounds import Breach, Level

WIDE = tuple(TopChannel(name, 0.3) for name in "abc")


def source(ratio: float | None = 1.2, cause: Cause = "score") -> Source:
    return Source("rig-1", "rig", causes=frozenset({cause}), ratio=ratio)


def passing(level: Level) -> Source:
    breach = Breach("heat_c", "high", level, 81.0, 80.0, "C")
    return replace(source(None, "limit"), limits=(breach,))


@pytest.mark.parametrize(
    ("sources", "priority", "severity"),
    [
        ([source()], 0.0, "low"),
        ([source(4.0)], 0.0, "low"),
        ([source(4.0)], 5.0, "medium"),
        ([source(9.0)], 0.0, "medium"),
        ([source(9.0)], 5.0, "high"),
        ([replace(source(9.0), top=WIDE)], 0.0, "high"),
        ([source()] * 5, 0.0, "medium"),
        ([source(4.0)] * 5, 0.0, "high"),
        ([source(20.0, "sensors")], 5.0, "low"),
        ([source(None, "sensors")] * 5, 5.0, "medium"),
        ([source(None, "silence")], 5.0, "low"),
        ([passing("warning")], 0.0, "low"),
        ([passing("alarm")], 0.0, "medium"),
        ([passing("alarm")], 5.0, "high"),
    ],
)
def test_severity(sources: list[Source], priority: float, severity: str) -> None:
    assert rate_severity(sources, priority) == severity


def test_it_only_rises() -> None:
    assert raise_to("medium", "low") == "medium"
    assert raise_to("medium", "high") == "high"
