"""Where traces go: to Application Insights, or nowhere."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping

from tocsin.settings import Settings
from tocsin.usecases.ports.tracing import Traces
from tocsin.usecases.trace_batch import NOWHERE

log = logging.getLogger(__name__)


def choose_traces(settings: Settings, environment: MutableMapping[str, str]) -> Traces:
    """Never fails: readings are worth more than traces of them."""
    if settings.trace_share == 0:
        return NOWHERE
    if not settings.insights:
        log.warning("APPLICATIONINSIGHTS_CONNECTION_STRING is not set: nothing is traced")
        return NOWHERE
    # Imported here: it takes a quarter of a second that only those pay who trace.
    from tocsin.adapters.insights_traces import InsightsTraces, insights_exporter  # noqa: PLC0415

    try:
        exporter = insights_exporter(settings.insights, environment)
    except ValueError as error:
        log.error("Nothing is traced: %s", error)  # noqa: TRY400 (told)
        return NOWHERE
    return InsightsTraces(exporter, settings.trace_share)
