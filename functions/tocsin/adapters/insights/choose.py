"""Where the app tells of itself: in Application Insights, or nowhere.

Choosing never fails, since readings are worth more than traces and counts of them. What sends is
imported only where it is asked for: it takes a quarter of a second of each cold start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, MutableMapping
from typing import TypeVar

from tocsin.settings import Settings
from tocsin.usecases.ports.metering import UNMETERED, Meter
from tocsin.usecases.ports.tracing import Traces
from tocsin.usecases.scoring.trace_batch import NOWHERE

Telling = TypeVar("Telling", Traces, Meter)

log = logging.getLogger(__name__)


def choose_traces(settings: Settings, environment: MutableMapping[str, str]) -> Traces:
    """*environment*: of this process, from which the exporter takes what it knows no other way."""

    def open_traces() -> Traces:
        from tocsin.adapters.insights.traces import (  # noqa: PLC0415
            InsightsTraces,
            insights_exporter,
        )

        exporter = insights_exporter(settings.insights, environment)
        return InsightsTraces(exporter, settings.trace_share)

    asked = open_traces if settings.trace_share else None
    return _choose(asked, NOWHERE, "traced", settings)


def choose_meter(settings: Settings, environment: MutableMapping[str, str]) -> Meter:
    """As ``choose_traces``."""

    def open_meter() -> Meter:
        from tocsin.adapters.insights.meter import (  # noqa: PLC0415
            InsightsMeter,
            insights_metric_exporter,
        )

        exporter = insights_metric_exporter(settings.insights, environment)
        return InsightsMeter(exporter, settings.metrics_every_s)

    asked = open_meter if settings.metrics_every_s else None
    return _choose(asked, UNMETERED, "measured", settings)


def _choose(
    opens: Callable[[], Telling] | None, nowhere: Telling, done: str, settings: Settings
) -> Telling:
    """What *opens* gives, None where nobody asks for it; *nowhere* where it cannot be had, and the
    log says why nothing is *done*."""
    if opens is None:
        return nowhere
    if not settings.insights:
        log.warning("APPLICATIONINSIGHTS_CONNECTION_STRING is not set: nothing is %s", done)
        return nowhere
    try:
        return opens()
    except ValueError as error:
        log.error("Nothing is %s: %s", done, error)  # noqa: TRY400 (told)
        return nowhere
