"""Prometheus' text form."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.insights.metrics import Gauge, Sample, write_exposition

SAMPLE = re.compile(r'(\w+)(?:\{(\w+)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"\})? (\S+)')


def test_a_gauge_has_its_meaning_its_type_and_its_samples() -> None:
    gauges = [
        Gauge("up_things", "What is up.", [Sample(2), Sample(0.25, {"a": "x", "b": "y"})]),
        Gauge("unknown_things", "What nobody knows.", []),
    ]
    assert write_exposition(gauges).decode() == (
        "# HELP up_things What is up.\n"
        "# TYPE up_things gauge\n"
        "up_things 2\n"
        'up_things{a="x",b="y"} 0.25\n'
    )


@given(st.text(st.characters(codec="utf-8")), st.floats(allow_nan=False, allow_infinity=False))
def test_whatever_a_label_says_stays_in_its_quotes(text: str, value: float) -> None:
    written = write_exposition([Gauge("g", "m", [Sample(value, {"l": text})])]).decode()
    found = SAMPLE.fullmatch(
        written.removeprefix("# HELP g m\n# TYPE g gauge\n").removesuffix("\n")
    )
    assert found is not None
    unescaped = re.sub(
        r'\\(\\|"|n)', lambda match: "\n" if match[1] == "n" else str(match[1]), found[3]
    )
    assert unescaped == text
    assert float(found[4]) == value
