"""A bundle made again, held against the committed one: figures, tolerances, what is missing."""

from __future__ import annotations

import copy
import io
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ml_model.training.reproduction import Figure, figures_of
from ml_model.training.summary import draw_reproduction_table

COMMITTED: dict[str, Any] = {
    "threshold": 1.5,
    "metrics": {
        "events": {
            "total": 200,
            "precision": 1.0,
            "recall": 0.95,
            "median_delay_s": 5.0,
            "by_kind": {
                "drift": {"recall": 0.8, "median_delay_s": 80.0},
                "spike": {"recall": 1.0, "median_delay_s": 2.0},
            },
        },
        "false_alerts_per_device_day": 0.25,
    },
}
EVENTS = ("metrics", "events")
DRIFT, SPIKE = (*EVENTS, "by_kind", "drift"), (*EVENTS, "by_kind", "spike")


def change_figure(value: object, *path: str) -> dict[str, Any]:
    """COMMITTED with *value* at *path*."""
    made = copy.deepcopy(COMMITTED)
    inner = made
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return made


def beyond(made: dict[str, Any], *, period_s: float = 1.0) -> list[str]:
    return [figure.name for figure in figures_of(COMMITTED, made, period_s) if not figure.within]


def test_the_same_bundle_is_within_every_tolerance() -> None:
    figures = figures_of(COMMITTED, COMMITTED, 1.0)
    assert [figure.name for figure in figures] == [
        "threshold", "events", "event precision", "event recall", "false alerts a device-day",
        "median delay s", "drift: recall", "drift: median delay s",
        "spike: recall", "spike: median delay s",
    ]  # fmt: skip
    assert all(figure.within for figure in figures)
    assert all(figure.committed == figure.made is not None for figure in figures)


@pytest.mark.parametrize(
    ("name", "path", "last_within", "beyond_it"),
    [
        ("threshold", ("threshold",), 1.515, 1.516),
        ("threshold", ("threshold",), 1.485, 1.484),
        ("events", (*EVENTS, "total"), 200, 199),
        ("event precision", (*EVENTS, "precision"), 0.98, 0.979),
        ("event recall", (*EVENTS, "recall"), 0.97, 0.971),
        ("false alerts a device-day", ("metrics", "false_alerts_per_device_day"), 0.5, 0.51),
        ("median delay s", (*EVENTS, "median_delay_s"), 7.0, 7.5),
        ("drift: recall", (*DRIFT, "recall"), 0.9, 0.91),
        ("drift: median delay s", (*DRIFT, "median_delay_s"), 88.0, 88.5),
        ("spike: median delay s", (*SPIKE, "median_delay_s"), 4.0, 4.5),
    ],
)
def test_each_figure_has_its_tolerance(
    name: str, path: tuple[str, ...], last_within: float, beyond_it: float
) -> None:
    assert beyond(change_figure(last_within, *path)) == []
    assert beyond(change_figure(beyond_it, *path)) == [name]


def test_delays_are_told_in_readings_of_the_profile() -> None:
    made = change_figure(9.0, *EVENTS, "median_delay_s")
    assert beyond(made) == ["median delay s"]
    assert beyond(made, period_s=2.0) == []


def test_a_kind_on_one_side_only_is_beyond() -> None:
    fewer = change_figure(
        {"drift": COMMITTED["metrics"]["events"]["by_kind"]["drift"]}, *DRIFT[:-1]
    )
    gone = ["spike: recall", "spike: median delay s"]
    assert beyond(fewer) == gone
    figures = figures_of(fewer, COMMITTED, 1.0)
    assert [figure.name for figure in figures if not figure.within] == gone
    assert figures[-1] == Figure("spike: median delay s", None, 2.0, 2.0)


def test_a_kind_never_found_has_no_delay_on_either_side() -> None:
    deaf = change_figure({"recall": 0.0, "median_delay_s": None}, *SPIKE)
    assert all(figure.within for figure in figures_of(deaf, deaf, 1.0))
    assert beyond(deaf) == ["spike: recall", "spike: median delay s"]


@pytest.mark.parametrize("bad", [math.nan, math.inf, None, "1.5", [1.5]])
def test_what_is_not_a_number_is_beyond(bad: object) -> None:
    assert beyond(change_figure(bad, "threshold")) == ["threshold"]


def test_nan_is_beyond_even_beside_nan() -> None:
    assert not Figure("threshold", math.nan, math.nan, 1.0).within


@pytest.mark.parametrize("metrics", [None, {}, {"events": None}, {"events": {"by_kind": 3}}])
def test_a_description_without_metrics_has_no_figures(metrics: object) -> None:
    names = beyond(change_figure(metrics, "metrics"))
    assert names == [figure.name for figure in figures_of(COMMITTED, COMMITTED, 1.0)][1:]


@given(
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.floats(0, 1e6),
)
def test_within_is_the_same_from_both_sides(before: float, other: float, tolerance: float) -> None:
    figure, turned = Figure("x", before, other, tolerance), Figure("x", other, before, tolerance)
    assert figure.within == turned.within
    assert Figure("x", before, before, tolerance).within


def print_table(made: dict[str, Any], *, identical: bool) -> str:
    console = Console(file=io.StringIO(), width=120)
    figures = figures_of(COMMITTED, made, 1.0)
    console.print(draw_reproduction_table("pump", figures, identical=identical))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_shows_both_and_what_is_allowed() -> None:
    made = change_figure({"recall": 0.0, "median_delay_s": None}, *SPIKE)
    cells = {
        line.split("│")[1].strip(): [cell.strip() for cell in line.split("│")[2:-1]]
        for line in print_table(made, identical=False).splitlines()
        if line.startswith("│")
    }
    assert cells["threshold"] == ["1.5", "1.5", "0.015", "yes"]
    assert cells["spike: median delay s"] == ["2", "-", "2", "no"]


def test_the_table_says_whether_the_files_are_the_same() -> None:
    assert "identical to the byte" in print_table(COMMITTED, identical=True)
    assert "the files differ" in print_table(COMMITTED, identical=False)
