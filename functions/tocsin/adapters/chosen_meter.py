"""Where measurements of the app's own work go: to Application Insights, or nowhere."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping

from tocsin.settings import Settings
from tocsin.usecases.ports.metering import UNMETERED, Meter

log = logging.getLogger(__name__)


def choose_meter(settings: Settings, environment: MutableMapping[str, str]) -> Meter:
    """Never fails: readings are worth more than counts of them."""
    if settings.metrics_every_s == 0:
        return UNMETERED
    if not settings.insights:
        log.warning("APPLICATIONINSIGHTS_CONNECTION_STRING is not set: nothing is measured")
        return UNMETERED
    # Imported here: it takes a quarter of a second that only those pay who measure.
    from tocsin.adapters.insights_meter import (  # noqa: PLC0415
        InsightsMeter,
        insights_metric_exporter,
    )

    try:
        exporter = insights_metric_exporter(settings.insights, environment)
    except ValueError as error:
        log.error("Nothing is measured: %s", error)  # noqa: TRY400 (told)
        return UNMETERED
    return InsightsMeter(exporter, settings.metrics_every_s)
