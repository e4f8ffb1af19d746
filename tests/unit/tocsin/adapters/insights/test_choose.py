"""Traces and measurements are off unless asked for, and what cannot be sent is said."""

from __future__ import annotations

import logging
from collections.abc import Callable, MutableMapping
from dataclasses import replace
from typing import TypeAlias

import pytest

from tests.unit.tocsin.test_settings import MINIMAL
from tocsin.adapters.insights.choose import choose_meter, choose_traces
from tocsin.settings import Settings, read_settings
from tocsin.usecases.ports.metering import UNMETERED, Meter
from tocsin.usecases.ports.tracing import Traces
from tocsin.usecases.scoring.trace_batch import NOWHERE

SETTINGS = read_settings(MINIMAL)
ASKED = replace(SETTINGS, trace_share=0.5, metrics_every_s=60.0)
Choose: TypeAlias = Callable[[Settings, MutableMapping[str, str]], Traces | Meter]
BOTH = pytest.mark.parametrize(
    ("choose", "nowhere", "done"),
    [(choose_traces, NOWHERE, "traced"), (choose_meter, UNMETERED, "measured")],
)


@BOTH
def test_nobody_is_told_unless_it_is_asked_for(
    choose: Choose, nowhere: object, done: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert choose(SETTINGS, {}) is nowhere
    assert done not in caplog.text


@BOTH
@pytest.mark.parametrize("insights", ["", "no connection string"])
def test_where_it_cannot_be_sent_that_is_said(
    choose: Choose, nowhere: object, done: str, insights: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert choose(replace(ASKED, insights=insights), {}) is nowhere
    assert f"nothing is {done}" in caplog.text.lower()
